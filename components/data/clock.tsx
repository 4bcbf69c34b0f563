"use client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

interface ClockState {
  /** The server's current instant in milliseconds, as well as this browser can know it. */
  now: number;
  /** Server minus device, in milliseconds. */
  offset: number;
}

const ClockContext = createContext<StoreApi<ClockState> | null>(null);

/** One ticking store for the page, on the server's time: a wrong device clock must not open or close a window. */
export function ClockProvider({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [store] = useState(() => createStore<ClockState>()(() => ({ now: serverNow, offset: 0 })));
  useEffect(() => {
    store.setState({ offset: serverNow - Date.now(), now: serverNow });
    const tick = () => store.setState((state) => ({ now: Date.now() + state.offset }));
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [store, serverNow]);
  return <ClockContext value={store}>{children}</ClockContext>;
}

function useClockStore(): StoreApi<ClockState> {
  const store = useContext(ClockContext);
  if (!store) throw new Error("ClockProvider is missing");
  return store;
}

/** What `select` makes of the current instant; renders again only when that changes. */
export function useClock<T>(select: (now: number) => T): T {
  return useStore(useClockStore(), (state) => select(state.now));
}

/** The current instant for use in handlers. */
export function useNow(): () => number {
  const store = useClockStore();
  return () => Date.now() + store.getState().offset;
}

/** Corrects the clock by a fresh `serverNow` of a response. */
export function useClockSync(): (serverNow: string) => void {
  const store = useClockStore();
  return (serverNow) => {
    const offset = Date.parse(serverNow) - Date.now();
    if (Number.isFinite(offset)) store.setState({ offset });
  };
}
