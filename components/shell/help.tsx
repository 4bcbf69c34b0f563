"use client";
import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from "react";
import { useShortcuts } from "@/components/shell/use-shortcuts";

const HelpDialog = lazy(() => import("@/components/shell/help-dialog").then((m) => ({ default: m.HelpDialog })));
const HelpContext = createContext<{ open: () => void }>({ open: () => {} });

export const useHelp = () => useContext(HelpContext);

/** `?` opens the list of keys from anywhere; its script comes with the first opening. */
export function HelpProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  useShortcuts({ "?": () => setOpen(true) });
  const value = useMemo(() => ({ open: () => setOpen(true) }), []);
  return (
    <HelpContext value={value}>
      {children}
      {open && (
        <Suspense>
          <HelpDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </HelpContext>
  );
}
