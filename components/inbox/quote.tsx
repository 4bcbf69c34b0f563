"use client";
import { useTranslations } from "next-intl";
import { useAuthor, useExcerpt } from "@/components/inbox/message-words";
import type { MessageView } from "@/lib/messages/views";

interface Props {
  quoted: NonNullable<MessageView["quoted"]>;
  clientName: string;
  /** Goes to the quoted message; null when it is not among those loaded. */
  onJump: ((id: string) => void) | null;
}

const LOOK = "mb-1 block w-full rounded-sm border-s-2 border-accent bg-hover px-2 py-1 text-start";

/** The earlier message that one answers or reacts to: who said it, and one line of it. */
export function Quote({ quoted, clientName, onJump }: Props) {
  const t = useTranslations("messages");
  const author = useAuthor(clientName);
  const excerpt = useExcerpt();
  if (quoted === "missing") return <p className={`${LOOK} text-sm text-muted`}>{t("quote.missing")}</p>;
  const words = (
    <>
      <span className="sr-only">{t("quote.about")} </span>
      <bdi className="block truncate text-xs font-semibold text-accent-ink">{author(quoted)}</bdi>
      <span dir="auto" className="line-clamp-1 text-sm break-all text-muted">
        {excerpt(quoted)}
      </span>
    </>
  );
  return onJump ? (
    <button type="button" onClick={() => onJump(quoted.id)} className={`${LOOK} transition-colors hover:bg-selected`}>
      {words}
    </button>
  ) : (
    <div className={LOOK}>{words}</div>
  );
}
