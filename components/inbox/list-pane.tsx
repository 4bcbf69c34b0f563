"use client";
import { useTranslations } from "next-intl";
import { ConversationList } from "@/components/inbox/conversation-list";
import type { Place } from "@/components/inbox/place";
import { SearchBox } from "@/components/inbox/search-box";
import { SearchResults } from "@/components/inbox/search-results";
import { cn } from "@/components/ui/cn";

/** The list of a view, or what a search found in its place. */
export function ListPane({ place, className }: { place: Place; className?: string }) {
  const t = useTranslations("inbox");
  const searching = place.q.trim().length >= 2;
  return (
    <section
      aria-label={searching ? t("search.results") : t("list.label", { view: t(`views.${place.view}`) })}
      className={cn("flex min-h-0 min-w-0 flex-col border-line bg-surface md:border-e", className)}
    >
      <div className="border-b border-line p-3">
        <SearchBox place={place} />
      </div>
      {searching ? <SearchResults place={place} /> : <ConversationList place={place} />}
    </section>
  );
}
