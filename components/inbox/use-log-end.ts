"use client";
import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ThreadItem } from "@/components/inbox/thread-items";

/** This near to the end counts as being there: what arrives is followed. */
export const END_PX = 120;
/** So much of the newest message must be seen to count as in view. */
const PEEK_PX = 24;
const SETTLE_MS = 300;

interface Log {
  scroller: RefObject<HTMLDivElement | null>;
  list: Virtualizer<HTMLDivElement, Element>;
  items: readonly ThreadItem[];
  lastOut: string | undefined;
  /** A message to show instead, on opening. */
  target: string | null;
}

const isNear = (node: HTMLElement) => node.scrollHeight - node.scrollTop - node.clientHeight <= END_PX;

/**
 * Opens the log at the unread line, or at its end where all fits below it, and holds it at its end while one is there. `away` is set
 * while the newest message is out of view, with the furthest one seen; `settled` once the first place was reached: until then
 * the start is no sign of anyone reading there.
 */
export function useLogEnd({ scroller, list, items, lastOut, target }: Log) {
  const [away, setAway] = useState<{ seen: string | undefined } | null>(null);
  const [settled, setSettled] = useState(false);
  const [unreadAt] = useState(() => (target ? -1 : items.findIndex((item) => item.kind === "unread")));
  const opening = useRef(unreadAt !== -1);
  const held = useRef(target === null);
  const furthest = useRef<string | undefined>(undefined);
  const height = useRef(0);
  const size = list.getTotalSize();
  const lastKey = items[items.length - 1]?.key;

  const place = useCallback(() => {
    if (opening.current) list.scrollToIndex(unreadAt, { align: "start" });
    else list.scrollToEnd();
  }, [list, unreadAt]);

  useLayoutEffect(() => {
    place();
    const timer = setTimeout(() => {
      if (opening.current) held.current = scroller.current !== null && isNear(scroller.current);
      opening.current = false;
      setSettled(true);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [place, scroller]);

  const look = () => {
    const node = scroller.current;
    if (!node) return;
    const foot = node.scrollTop + node.clientHeight - PEEK_PX;
    const lowest = list.getVirtualItems().findLast((item) => item.start < foot)?.index ?? -1;
    if (lowest > items.findLastIndex((item) => item.key === furthest.current)) furthest.current = items[lowest]?.key;
    held.current = isNear(node);
    const { current: seen } = furthest;
    setAway((before) => (held.current || lowest === items.length - 1 ? null : before?.seen === seen ? before : { seen }));
  };
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });

  // Sizes are guessed until they are measured: who was at a place stays there, and only then is it asked who is away.
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what moves the end
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (opening.current || (held.current && scroller.current && !isNear(scroller.current))) place();
      else if (settled) latest.current();
    });
    return () => cancelAnimationFrame(frame);
  }, [place, scroller, settled, size, lastKey]);

  // The pane grows and shrinks with what stands below it: from the end, one stays at the end.
  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    let width = node.clientWidth;
    const observer = new ResizeObserver(() => {
      const onlyGrew = node.clientWidth === width && node.clientHeight > height.current;
      width = node.clientWidth;
      height.current = node.clientHeight;
      if (held.current && !onlyGrew) place();
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [place, scroller]);

  // What one sends oneself is always followed.
  const followed = useRef(lastOut);
  useEffect(() => {
    if (lastOut === followed.current) return;
    followed.current = lastOut;
    if (lastOut === lastKey) list.scrollToEnd();
  }, [list, lastOut, lastKey]);

  const onScroll = () => {
    const node = scroller.current;
    if (!node || !settled) return;
    // A pane that shrank is not a hand that scrolled: the observer puts it right first.
    if (isNear(node) || node.clientHeight === height.current) look();
  };
  return { away, settled, onScroll };
}
