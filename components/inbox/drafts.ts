import { create } from "zustand";
import { request } from "@/components/data/http";

const SAVE_AFTER_MS = 800;

/** What is being written, by conversation; kept here while one moves about, and on the server for the next time. */
export const useDrafts = create<{ texts: Readonly<Record<string, string>> }>()(() => ({ texts: {} }));

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const chains = new Map<string, Promise<void>>();
/** Conversations whose text, empty ones included, the server is not known to have yet. */
const unsaved = new Set<string>();
let onSaved: (conversationId: string, hasDraft: boolean) => void = () => {};
export const onDraftSaved = (listener: typeof onSaved) => {
  onSaved = listener;
};

const textOf = (conversationId: string) => useDrafts.getState().texts[conversationId] ?? "";

/** Sends the text as it is when its turn comes: one that waited behind another must not bring back what is gone since. */
async function put(conversationId: string): Promise<void> {
  const text = textOf(conversationId);
  try {
    await request("PUT", `/api/conversations/${conversationId}/draft`, { text }, { keepalive: true });
    if (textOf(conversationId) === text) unsaved.delete(conversationId);
    onSaved(conversationId, text.trim() !== "");
  } catch {
    // The text is still in the box; the next change, or leaving, tries again.
  }
}

function save(conversationId: string): void {
  clearTimeout(timers.get(conversationId));
  timers.delete(conversationId);
  const before = chains.get(conversationId) ?? Promise.resolve();
  chains.set(
    conversationId,
    before.then(() => (unsaved.has(conversationId) ? put(conversationId) : undefined)),
  );
}

function keep(conversationId: string, text: string): void {
  unsaved.add(conversationId);
  useDrafts.setState((state) => ({ texts: { ...state.texts, [conversationId]: text } }));
}

/** Keeps what is written and saves it 800 ms after the last change. */
export function writeDraft(conversationId: string, text: string): void {
  keep(conversationId, text);
  clearTimeout(timers.get(conversationId));
  timers.set(conversationId, setTimeout(save, SAVE_AFTER_MS, conversationId));
}

/** Empties the box at once: what was in it has been sent. */
export function clearDraft(conversationId: string): void {
  keep(conversationId, "");
  save(conversationId);
}

/** Puts a text that came back above what is there. */
export function returnToDraft(conversationId: string, text: string): void {
  const here = textOf(conversationId);
  writeDraft(conversationId, here.trim() ? `${text}\n${here}` : text);
}

/** Saves what still waits, an emptied box too, without waiting for a turn: the page may be gone the next moment. */
export function flushDrafts(): void {
  for (const conversationId of unsaved) {
    clearTimeout(timers.get(conversationId));
    timers.delete(conversationId);
    void put(conversationId);
  }
}

/** Saves whenever the page is left: closed, gone back from, or put behind another, which on a phone may be the last one hears. */
export function saveOnLeaving(): () => void {
  const onHidden = () => document.visibilityState === "hidden" && flushDrafts();
  addEventListener("pagehide", flushDrafts);
  document.addEventListener("visibilitychange", onHidden);
  return () => {
    removeEventListener("pagehide", flushDrafts);
    document.removeEventListener("visibilitychange", onHidden);
    flushDrafts();
  };
}
