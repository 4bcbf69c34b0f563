"use client";
import { Briefcase, CircleHelp, Inbox, Phone, Webhook } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useHydrated } from "@/components/data/use-hydrated";
import { useHelp } from "@/components/shell/help";
import { useMe } from "@/components/shell/me";
import { MeMenu } from "@/components/shell/me-menu";
import { OrgMenu } from "@/components/shell/org-menu";
import { cn } from "@/components/ui/cn";

const itemLook =
  "flex h-11 min-w-11 items-center justify-center rounded text-muted transition-colors hover:bg-hover hover:text-ink disabled:opacity-50 md:size-10 md:min-w-0 [&_svg]:size-5";

function RailLink({ href, label, current, icon }: { href: string; label: string; current: boolean; icon: ReactNode }) {
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        aria-label={label}
        title={label}
        {...(current && { "aria-current": "page" as const })}
        className={cn(itemLook, current && "bg-selected text-accent-ink hover:bg-selected hover:text-accent-ink")}
      >
        {icon}
      </Link>
    </li>
  );
}

/** 56 px of places at the start side; a bar at the foot on a phone, gone while a thread is open there. */
export function Rail() {
  const t = useTranslations("shell");
  const path = usePathname();
  const me = useMe();
  const help = useHelp();
  const hydrated = useHydrated();
  const threadOpen = /^\/inbox\/[^/]+\/[^/]+/.test(path);
  return (
    <div
      className={cn(
        "flex shrink-0 items-center gap-1 border-line bg-sunken px-2 pb-[env(safe-area-inset-bottom)] max-md:h-[calc(3.5rem+env(safe-area-inset-bottom))] max-md:border-t md:w-14 md:flex-col md:border-e md:py-2",
        threadOpen && "max-md:hidden",
      )}
    >
      <OrgMenu />
      <nav aria-label={t("nav.label")} className="md:mt-2">
        <ul className="flex gap-1 md:flex-col">
          <RailLink
            href="/inbox"
            label={t("nav.inbox")}
            current={path.startsWith("/inbox")}
            icon={<Inbox aria-hidden="true" />}
          />
          {me.permissions.includes("matters.read") && (
            <RailLink
              href="/matters"
              label={t("nav.matters")}
              current={path.startsWith("/matters")}
              icon={<Briefcase aria-hidden="true" />}
            />
          )}
          {me.permissions.includes("numbers.connect") && (
            <RailLink
              href="/settings/numbers"
              label={t("nav.numbers")}
              current={path.startsWith("/settings/numbers")}
              icon={<Phone aria-hidden="true" />}
            />
          )}
          {me.permissions.includes("settings.webhook") && (
            <RailLink
              href="/settings/webhook"
              label={t("nav.webhook")}
              current={path.startsWith("/settings/webhook")}
              icon={<Webhook aria-hidden="true" />}
            />
          )}
        </ul>
      </nav>
      <div className="ms-auto flex items-center gap-1 md:ms-0 md:mt-auto md:flex-col">
        <button
          type="button"
          aria-label={t("help.open")}
          title={`${t("help.open")} (?)`}
          disabled={!hydrated}
          onClick={help.open}
          className={itemLook}
        >
          <CircleHelp aria-hidden="true" />
        </button>
        <MeMenu />
      </div>
    </div>
  );
}
