import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Inbox } from "@/components/inbox/inbox";
import { keys } from "@/components/inbox/keys";
import { countUnread, getConversationView, listConversations, listMessages } from "@/lib/inbox";
import { VIEWS, type ViewName } from "@/lib/inbox/views";
import { AppError } from "@/lib/kernel/errors";
import { asId } from "@/lib/kernel/ids";
import { pageCtx } from "@/lib/web/page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("inbox"))("title") };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const asView = (value: string | undefined): ViewName | undefined => VIEWS.find((view) => view === value);
const firstPage = <P,>(page: P) => ({ pages: [page], pageParams: [null] });
/** What cannot be had now the island asks for itself, and says what is wrong. */
const orNull = <T,>(promise: Promise<T>): Promise<T | null> => promise.catch(() => null);
/** An address of a conversation that is not there, or is another organisation's, is no address. */
const orNowhere = <T,>(promise: Promise<T>): Promise<T | null> =>
  promise.catch((error) => (error instanceof AppError && error.code === "not_found" ? notFound() : null));

/** `/inbox/[view]/[conversationId]`: the first data comes with the page, from then on the query cache owns it. */
export default async function InboxPage({ params }: { params: Promise<{ path?: string[] }> }) {
  const ctx = await pageCtx();
  if (!ctx) redirect("/sign-in");
  const { path: [view, conversation, ...rest] = [] } = await params;
  if (rest.length > 0 || (view !== undefined && !asView(view)) || (conversation !== undefined && !UUID.test(conversation)))
    notFound();
  const remembered = asView((await cookies()).get("parley-view")?.value) ?? "all";
  const shown = asView(view) ?? remembered;
  const conversationId = conversation === undefined ? null : asId("conversation", conversation);
  const [page, counts, open, messages] = await Promise.all([
    orNull(listConversations(ctx, { view: shown })),
    orNull(countUnread(ctx)),
    conversationId && orNowhere(getConversationView(ctx, { conversationId })),
    conversationId && orNull(listMessages(ctx, { conversationId })),
  ]);
  const client = new QueryClient();
  if (page) client.setQueryData(keys.conversations(shown), firstPage(page));
  if (counts) client.setQueryData(keys.counts, counts);
  if (open) client.setQueryData(keys.conversation(open.id), open);
  if (open && messages) client.setQueryData(keys.messages(open.id), firstPage(messages));
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <Inbox defaultView={remembered} />
    </HydrationBoundary>
  );
}
