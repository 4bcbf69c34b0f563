"use client";
import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { indexOfMessage, type ThreadItem } from "@/components/inbox/thread-items";

interface Reach {
  items: ThreadItem[];
  list: Virtualizer<HTMLDivElement, Element>;
  scroller: RefObject<HTMLDivElement | null>;
  /** A message from the address: older pages are loaded until it is there. */
  target: string | null;
  loadOlder: (() => void) | null;
}

/**
 * Brings a message into view and names it, so that it can be marked: the one in the address, or the one jumped to from a
 * quote. After a jump the focus follows as soon as the message is drawn, since what was pressed may leave the screen.
 */
export function useReach({ items, list, scroller, target, loadOlder }: Reach) {
  const [jumped, setJumped] = useState<{ id: string } | null>(null);
  const jump = useCallback((id: string) => setJumped({ id }), []);

  const found = useRef<string | null>(null);
  useEffect(() => {
    if (!target || found.current === target) return;
    const index = indexOfMessage(items, target);
    if (index >= 0) {
      found.current = target;
      list.scrollToIndex(index, { align: "center" });
    } else loadOlder?.();
  }, [target, items, list, loadOlder]);

  const awaited = useRef<string | null>(null);
  const done = useRef<object | null>(null);
  useEffect(() => {
    if (!jumped || done.current === jumped) return;
    done.current = jumped;
    awaited.current = jumped.id;
    list.scrollToIndex(indexOfMessage(items, jumped.id), { align: "center" });
  }, [jumped, items, list]);
  useEffect(() => {
    const node = awaited.current && scroller.current?.querySelector(`[data-message="${awaited.current}"]`);
    if (!(node instanceof HTMLElement)) return;
    awaited.current = null;
    node.focus({ preventScroll: true });
  });

  return { reached: jumped?.id ?? target, jump };
}
