"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { messagesQuery } from "@/components/inbox/queries";
import { safeLine } from "@/components/inbox/safe-text";
import { saidInGroup } from "@/components/inbox/said-in-group";
import { Banner } from "@/components/ui/banner";
import type { ConversationView } from "@/lib/inbox/views";
import type { MessagePage } from "@/lib/messages/views";

const newestSaidInGroup = ({ pages }: { pages: MessagePage[] }) => saidInGroup(pages);

/** What the client said in a group is answered to the client alone: said above the composer before one writes. */
export function GroupGuard({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const { data } = useInfiniteQuery({ ...messagesQuery(conversation.id), select: newestSaidInGroup });
  if (!data) return null;
  return (
    <Banner tone="note" role="status" icon={<UsersRound aria-hidden="true" />}>
      {t("composer.group", { name: safeLine(conversation.name) })}
    </Banner>
  );
}
