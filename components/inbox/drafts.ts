import { create } from "zustand";
import { request } from "@/components/data/http";

const SAVE_AFTER_MS = 800;

/** What is being written, by conversation; kept here while one moves about, and on the server for the next time. */
export const useDrafts = create<{ texts: Readonly<Record<string, string>> }>()(() => ({ texts: {} }));

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const chains = new Map<string, Promise<void>>();
let onSaved: (conversationId: string, hasDraft: boolean) => void = () => {};
export const onDraftSaved = (listener: typeof onSaved) => {
  onSaved = listener;
};

async function put(conversationId: string, text: string, keepalive: boolean): Promise<void> {
  try {
    await request("PUT", `/api/conversations/${conversationId}/draft`, { text }, { keepalive });
    onSaved(conversationId, text.trim() !== "");
  } catch {
    // The text is still in the box; the next change tries again.
  }
}

function save(conversationId: string, keepalive = false): void {
  clearTimeout(timers.get(conversationId));
  timers.delete(conversationId);
  const text = useDrafts.getState().texts[conversationId] ?? "";
  if (keepalive) void put(conversationId, text, true);
  else
    chains.set(
      conversationId,
      (chains.get(conversationId) ?? Promise.resolve()).then(() => put(conversationId, text, false)),
    );
}

/** Keeps what is written and saves it 800 ms after the last change. */
export function writeDraft(conversationId: string, text: string): void {
  useDrafts.setState((state) => ({ texts: { ...state.texts, [conversationId]: text } }));
  clearTimeout(timers.get(conversationId));
  timers.set(conversationId, setTimeout(save, SAVE_AFTER_MS, conversationId));
}

/** Empties the box at once: what was in it has been sent. */
export function clearDraft(conversationId: string): void {
  useDrafts.setState((state) => ({ texts: { ...state.texts, [conversationId]: "" } }));
  save(conversationId);
}

/** Puts a text that came back above what is there. */
export function returnToDraft(conversationId: string, text: string): void {
  const here = useDrafts.getState().texts[conversationId] ?? "";
  writeDraft(conversationId, here.trim() ? `${text}\n${here}` : text);
}

/** Saves what still waits, when the page goes away. */
export function flushDrafts(): void {
  for (const conversationId of [...timers.keys()]) save(conversationId, true);
}
