"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { InboxLink } from "@/components/inbox/inbox-link";
import { hrefOf, type Place, rememberView } from "@/components/inbox/place";
import { countsQuery } from "@/components/inbox/queries";
import { useMe } from "@/components/shell/me";
import { cn } from "@/components/ui/cn";
import { VIEWS } from "@/lib/inbox/views";

const CAP = 99;

/** The views as links: a strip above the list, a column of its own from 1200 px. */
export function ViewsNav({ place, className }: { place: Place; className?: string }) {
  const t = useTranslations("inbox");
  const me = useMe();
  const counts = useQuery(countsQuery).data;
  return (
    <div
      className={cn(
        "flex min-w-0 flex-col gap-2 border-line bg-surface px-3 pt-3 md:border-e xl:gap-4 xl:bg-paper xl:px-2",
        className,
      )}
    >
      <div className="min-w-0 px-1 xl:px-2">
        <h1 className="truncate text-xl font-semibold">{t("title")}</h1>
        <p className="truncate text-sm text-muted max-xl:hidden">
          <bdi>{me.organisation.name}</bdi>
        </p>
      </div>
      <nav aria-label={t("views.label")}>
        <ul className="flex flex-wrap gap-1 xl:flex-col xl:gap-0.5">
          {VIEWS.map((view) => {
            const current = place.view === view;
            const count = counts?.[view] ?? 0;
            return (
              <li key={view} className="max-xl:grow">
                <InboxLink
                  href={hrefOf({ view })}
                  onGo={() => rememberView(view)}
                  {...(current && { "aria-current": "page" as const })}
                  {...(count > 0 && { "aria-describedby": `unread-${view}` })}
                  className={cn(
                    "flex h-9 min-w-0 items-center justify-center gap-1.5 rounded px-2 text-sm transition-colors hover:bg-hover pointer-coarse:h-11 xl:justify-between",
                    current ? "bg-selected font-semibold text-accent-ink hover:bg-selected" : "text-muted hover:text-ink",
                  )}
                >
                  <span className="whitespace-nowrap">{t(`views.${view}`)}</span>
                  {count > 0 && (
                    <span aria-hidden="true" className="text-xs tabular">
                      {count > CAP ? `${CAP}+` : count}
                    </span>
                  )}
                </InboxLink>
                {count > 0 && (
                  <span id={`unread-${view}`} className="sr-only">
                    {t("views.unread", { count })}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </nav>
    </div>
  );
}
