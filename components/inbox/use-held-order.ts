"use client";
import { useEffect, useRef, useState } from "react";
import type { ConversationRow } from "@/lib/inbox/views";

const STILL_MS = 1500;

/**
 * Holds the order of rows still while a hand is on the list, so that nothing jumps from under the pointer; what each row says stays
 * fresh. Rows that left go at once. The order catches up on leave, on request, or when the hand has been still for a moment.
 */
export function useHeldOrder(all: ConversationRow[]) {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = () => {
    clearTimeout(timer.current);
    setOrder(null);
  };
  const hold = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOrder(null), STILL_MS);
    setOrder((held) => held ?? all.map((row) => row.id));
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  if (!order) return { rows: all, waiting: 0, hold, release };
  const byId = new Map(all.map((row) => [row.id, row]));
  const held = order.flatMap((id) => byId.get(id) ?? []);
  const inOrder = new Set(order);
  const last = held[held.length - 1];
  // Pages loaded meanwhile come after what is held; anything else new waits.
  const after = last
    ? all.slice(all.indexOf(last) + 1).filter((row) => !inOrder.has(row.id) && all.indexOf(row) >= held.length)
    : [];
  const rows = [...held, ...after];
  const moved = held.filter((row, index) => all[index]?.id !== row.id && all.indexOf(row) < index).length;
  return { rows, waiting: moved + all.length - rows.length, hold, release };
}
