"use client";
import { createContext, useContext } from "react";
import type { MeView } from "@/lib/identity/views";

const MeContext = createContext<MeView | null>(null);
export const MeProvider = MeContext;

/** Who is signed in, and what they may do here. */
export function useMe(): MeView {
  const me = useContext(MeContext);
  if (!me) throw new Error("MeProvider is missing");
  return me;
}
