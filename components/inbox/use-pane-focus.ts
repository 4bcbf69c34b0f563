"use client";
import { useEffect, useRef } from "react";

const ONE_PANE = "(max-width: 767px)";

/** Whether a hand has put focus elsewhere in the time it took to get here; what stood in the thread is left behind. */
function isTaken(): boolean {
  const active = document.activeElement;
  return active !== null && active !== document.body && !active.closest("#thread");
}

/** Where one pane replaces the other, focus goes along: into the thread on opening; and everywhere back to its row on closing. */
export function usePaneFocus(conversationId: string | null): void {
  const before = useRef(conversationId);
  useEffect(() => {
    const left = before.current;
    before.current = conversationId;
    if (left === conversationId) return;
    if (conversationId !== null) {
      if (window.matchMedia(ONE_PANE).matches) document.getElementById("thread")?.focus();
    } else if (!isTaken()) document.querySelector<HTMLElement>(`a[data-row="${left}"]`)?.focus();
  }, [conversationId]);
}
