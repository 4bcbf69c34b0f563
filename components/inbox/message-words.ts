"use client";
import { useTranslations } from "next-intl";
import { safeLine } from "@/components/inbox/safe-text";
import { plainWhatsApp } from "@/components/inbox/whatsapp-text";
import { useMe } from "@/components/shell/me";
import type { PersonView } from "@/lib/kernel/person-view";
import type { MessageView } from "@/lib/messages/views";

/** More of a text never fits into one line. */
const LONGEST = 160;

/** Words for a message without a text of its own, such as an image. */
export function useTypeWord(): (type: string) => string {
  const t = useTranslations("messages");
  return (type) => t(t.has(`card.${type}` as never) ? (`card.${type}` as "card.image") : "card.unknown");
}

/** A message in one line: its text, or what kind it is; what WhatsApp says in the reader's language where the kind is known. */
export function useExcerpt(): (message: { text: string; type: string }) => string {
  const t = useTranslations("messages");
  const word = useTypeWord();
  return ({ text, type }) => {
    const line = safeLine(plainWhatsApp(text.slice(0, LONGEST)));
    if (type === "number_changed" && line) return t("notice.numberChangedTo", { number: line });
    if (t.has(`notice.${type}` as never)) return t(`notice.${type}` as "notice.number_changed");
    if (type === "system" && line) return line;
    if (!line) return word(type);
    if (type === "unsupported") return word(line); // the line is WhatsApp's name of the kind, not the client's words
    return type === "text" || type === "template" ? line : `${word(type)}: ${line}`;
  };
}

/** Who of us spoke, before a line in a list; null for the client, whose line it is. */
export function useSpeaker(): (author: PersonView | null) => string | null {
  const t = useTranslations("inbox");
  const me = useMe();
  return (author) => author && (author.id === me.userId ? t("list.you") : `${safeLine(author.name)}:`);
}

/** Who a message in a thread is from. */
export function useAuthor(clientName: string): (message: Pick<MessageView, "direction" | "origin" | "author">) => string {
  const t = useTranslations("inbox");
  const me = useMe();
  return ({ direction, origin, author }) => {
    if (direction === "in") return safeLine(clientName);
    if (origin === "phone") return t("thread.phoneApp");
    return author?.id === me.userId ? t("thread.you") : safeLine(author?.name ?? t("thread.firm"));
  };
}
