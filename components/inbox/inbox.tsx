"use client";
import { useTranslations } from "next-intl";
import { ListPane } from "@/components/inbox/list-pane";
import { LiveBanner } from "@/components/inbox/live-banner";
import { DefaultViewProvider, usePlace } from "@/components/inbox/place";
import { TabBadge } from "@/components/inbox/tab-badge";
import { ThreadPane } from "@/components/inbox/thread-pane";
import { useInboxKeys } from "@/components/inbox/use-inbox-keys";
import { useLiveInbox } from "@/components/inbox/use-live-inbox";
import { usePaneFocus } from "@/components/inbox/use-pane-focus";
import { ViewsNav } from "@/components/inbox/views-nav";
import { cn } from "@/components/ui/cn";
import type { ViewName } from "@/lib/inbox/views";

/** The inbox: views, list, thread. One pane on a phone, two from 768 px, three from 1200 px. */
export function Inbox({ defaultView }: { defaultView: ViewName }) {
  return (
    <DefaultViewProvider value={defaultView}>
      <Desk />
    </DefaultViewProvider>
  );
}

function Desk() {
  const t = useTranslations("inbox");
  const place = usePlace();
  useLiveInbox(place);
  useInboxKeys(place);
  usePaneFocus(place.conversationId);
  const threadOpen = place.conversationId !== null;
  return (
    <main className="flex min-h-0 grow flex-col" aria-label={t("title")}>
      <TabBadge view={place.view} />
      <LiveBanner />
      <div className="grid min-h-0 grow grid-rows-[auto_minmax(0,1fr)] md:grid-cols-[minmax(17.5rem,20rem)_minmax(0,1fr)] xl:grid-cols-[12.5rem_22rem_minmax(0,1fr)] xl:grid-rows-[minmax(0,1fr)]">
        <ViewsNav place={place} className={cn(threadOpen && "max-md:hidden")} />
        <ListPane place={place} className={cn(threadOpen && "max-md:hidden")} />
        <ThreadPane
          place={place}
          className={cn(
            "md:row-span-2 md:row-start-1 md:col-start-2 xl:col-start-3 xl:row-span-1",
            !threadOpen && "max-md:hidden",
            threadOpen && "max-md:row-span-2",
          )}
        />
      </div>
    </main>
  );
}
