"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { HelpProvider } from "@/components/shell/help";
import { MeProvider } from "@/components/shell/me";
import { Rail } from "@/components/shell/rail";
import { SessionEnded } from "@/components/shell/session-ended";
import { Toaster } from "@/components/shell/toaster";
import { ZoneSync } from "@/components/shell/zone-sync";
import { SkipLink } from "@/components/ui/skip-link";
import type { MeView } from "@/lib/identity/views";

/** The frame around every page of a signed-in person: rail, help, notices. */
export function Shell({ me, children }: { me: MeView; children: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <MeProvider value={me}>
      <HelpProvider>
        <SkipLink href="#main">{t("skip")}</SkipLink>
        <div className="flex h-dvh flex-col-reverse md:flex-row">
          <Rail />
          <div id="main" tabIndex={-1} className="flex min-h-0 min-w-0 grow flex-col outline-none">
            {children}
          </div>
        </div>
        <Toaster />
        <SessionEnded />
        <ZoneSync />
      </HelpProvider>
    </MeProvider>
  );
}
