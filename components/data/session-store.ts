import { create } from "zustand";

interface SessionState {
  /** True once the server no longer knows this session. */
  ended: boolean;
  end: () => void;
}

export const useSession = create<SessionState>()((set) => ({ ended: false, end: () => set({ ended: true }) }));
