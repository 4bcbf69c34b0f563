"use client";
import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** This near to the end counts as being there: what arrives is followed. */
export const END_PX = 120;
/** So much of the newest message must be seen to count as in view. */
const PEEK_PX = 24;
const SETTLE_MS = 300;

interface Log {
  scroller: RefObject<HTMLDivElement | null>;
  list: Virtualizer<HTMLDivElement, Element>;
  count: number;
  lastKey: string | undefined;
  lastOut: string | undefined;
  /** A message to show instead of the end, on opening. */
  target: string | null;
}

const isNear = (node: HTMLElement) => node.scrollHeight - node.scrollTop - node.clientHeight <= END_PX;

/**
 * Holds the log at its end while one is there. `away` is set once the newest message has left the view, with the last one seen;
 * `settled` once the end was reached for the first time: until then the start is no sign of anyone reading there.
 */
export function useLogEnd({ scroller, list, count, lastKey, lastOut, target }: Log) {
  const [away, setAway] = useState<{ lastSeen: string | undefined } | null>(null);
  const [settled, setSettled] = useState(false);
  const atEnd = useRef(target === null);
  const height = useRef(0);
  const size = list.getTotalSize();

  useLayoutEffect(() => {
    list.scrollToEnd();
    const timer = setTimeout(setSettled, SETTLE_MS, true);
    return () => clearTimeout(timer);
  }, [list]);

  const look = () => {
    const node = scroller.current;
    if (!node) return;
    const last = list.getVirtualItems().at(-1);
    const seen = last?.index === count - 1 && last.start < node.scrollTop + node.clientHeight - PEEK_PX;
    atEnd.current = isNear(node);
    setAway((before) => (atEnd.current || seen ? null : (before ?? { lastSeen: lastKey })));
  };
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });

  // Sizes are guessed until they are measured: who was at the end stays there, and only then is it asked who is away.
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what moves the end
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (atEnd.current && scroller.current && !isNear(scroller.current)) list.scrollToEnd();
      else if (settled) latest.current();
    });
    return () => cancelAnimationFrame(frame);
  }, [list, scroller, settled, size, lastKey]);

  // The pane grows and shrinks with what stands below it: from the end, one stays at the end.
  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    let width = node.clientWidth;
    const observer = new ResizeObserver(() => {
      const onlyGrew = node.clientWidth === width && node.clientHeight > height.current;
      width = node.clientWidth;
      height.current = node.clientHeight;
      if (atEnd.current && !onlyGrew) list.scrollToEnd();
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [list, scroller]);

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
