import { create } from "zustand";
import { request } from "@/components/data/http";
import { useSession } from "@/components/data/session-store";
import { LiveEvent } from "@/lib/inbox/views";

/** `lost` = no link since `since` (device milliseconds); what is on screen may be old. */
export const useLiveLink = create<{ link: "connecting" | "open" | "lost"; since: number }>()(() => ({
  link: "connecting",
  since: 0,
}));

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
/** A machine that slept may wake with a dead stream. */
const LONG_AWAY_MS = 120_000;
/** True once a link was open in this page: whatever is cached since then may be old. */
let connectedBefore = false;

/** Opens and closes this page's link; null where there is none. */
let link: { open: () => void; close: () => void } | null = null;

/** Closes the link before the session ends, so that it does not ask again in vain. Returns the way to open it once more. */
export function pauseLive(): () => void {
  const paused = link;
  paused?.close();
  return () => paused?.open();
}

const parse = (data: string): LiveEvent | null => {
  try {
    return LiveEvent.parse(JSON.parse(data));
  } catch {
    return null; // a newer server may say things this page does not know
  }
};

/**
 * Opens the live link and keeps it open. The browser resumes by itself with `Last-Event-ID` while it may; once it has given
 * up (an error answer), a new link starts with a `resync`, since nothing then tells what was missed. Returns the way to close it.
 */
export function connectLive(onEvent: (event: LiveEvent) => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let fresh = !connectedBefore;
  let closed = false;

  const lost = () => {
    const state = useLiveLink.getState();
    if (state.link !== "lost") useLiveLink.setState({ link: "lost", since: Date.now() });
  };
  const open = () => {
    if (useSession.getState().ended) return;
    source = new EventSource("/api/live");
    source.onopen = () => {
      tries = 0;
      useLiveLink.setState({ link: "open", since: Date.now() });
      if (!fresh) onEvent({ type: "resync" });
      fresh = true;
      connectedBefore = true;
    };
    source.addEventListener("live", (message) => {
      const event = parse(message.data);
      if (event?.type === "session.ended") close();
      if (event) onEvent(event);
    });
    source.onerror = () => {
      if (closed) return;
      lost();
      if (source?.readyState !== EventSource.CLOSED || useSession.getState().ended) return;
      fresh = false;
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries++) * (0.75 + Math.random() / 2);
      timer = setTimeout(open, wait);
      request("GET", "/api/conversations/counts").catch(() => {}); // tells a dead session (401) from a dead link
    };
  };
  // A stream that lived through an outage looks open and may be dead: after one, a new link tells for sure.
  const close = () => {
    clearTimeout(timer);
    source?.close();
  };
  const startAgain = () => {
    close();
    fresh = false;
    open();
  };
  link = { open: startAgain, close };
  let hiddenAt = 0;
  const onVisibility = () => {
    if (document.visibilityState === "hidden") hiddenAt = Date.now();
    else if (hiddenAt > 0 && Date.now() - hiddenAt > LONG_AWAY_MS) startAgain();
  };
  open();
  addEventListener("online", startAgain);
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    closed = true;
    link = null;
    close();
    removeEventListener("online", startAgain);
    removeEventListener("offline", lost);
    document.removeEventListener("visibilitychange", onVisibility);
  };
}
