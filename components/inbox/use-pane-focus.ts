"use client";
import { useEffect, useRef } from "react";

const ONE_PANE = "(max-width: 767px)";

/** Where one pane replaces the other, focus goes along: into the thread on opening; and everywhere back to its row on closing. */
export function usePaneFocus(conversationId: string | null): void {
  const before = useRef(conversationId);
  useEffect(() => {
    const left = before.current;
    before.current = conversationId;
    if (left === conversationId) return;
    if (conversationId === null) document.querySelector<HTMLElement>(`a[data-row="${left}"]`)?.focus();
    else if (window.matchMedia(ONE_PANE).matches) document.getElementById("thread")?.focus();
  }, [conversationId]);
}
