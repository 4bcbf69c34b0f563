import { create } from "zustand";

interface LastAction {
  /** Takes the last thing done back; null when there is nothing to take back. */
  undo: (() => void) | null;
  set: (undo: () => void) => void;
  clear: () => void;
}

/** What `Z` takes back. */
export const useLastAction = create<LastAction>()((set) => ({
  undo: null,
  set: (undo) => set({ undo }),
  clear: () => set({ undo: null }),
}));
