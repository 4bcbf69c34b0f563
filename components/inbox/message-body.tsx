"use client";
import {
  Contact,
  FileText,
  Image,
  LayoutTemplate,
  MapPin,
  MessageCircleQuestion,
  Mic,
  MousePointerClick,
  Paperclip,
  Smile,
  Sticker,
  UsersRound,
  Video,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { isElsewhere } from "@/components/inbox/card-note";
import { MessageText } from "@/components/inbox/message-text";
import { useTypeWord } from "@/components/inbox/message-words";
import { safeText } from "@/components/inbox/safe-text";
import { type ContentView, isUnopened } from "@/lib/kernel/content";

const ICON: Record<string, typeof Image> = {
  image: Image,
  video: Video,
  audio: Mic,
  voice: Mic,
  document: FileText,
  sticker: Sticker,
  location: MapPin,
  contacts: Contact,
  group: UsersRound,
  reaction: Smile,
  reaction_removed: Smile,
  interactive: MousePointerClick,
  button: MousePointerClick,
  button_reply: MousePointerClick,
  list_reply: MousePointerClick,
  flow_reply: MousePointerClick,
  order: Paperclip,
};

/** What a message says: text, a template as the client sees it, or a card that names its type. Never empty. */
export function MessageBody({ id, content }: { id: string; content: ContentView }) {
  if (isUnopened(content)) return <Unopened id={id} />;
  if (content.kind === "card") return <CardBody type={content.type} lines={content.lines} />;
  if (content.kind === "template") return <TemplateBody content={content} />;
  return <MessageText text={content.text} />;
}

/** A message whose row does not open; its id is what support asks for. */
function Unopened({ id }: { id: string }) {
  const t = useTranslations("messages");
  return (
    <div className="py-0.5 text-sm">
      <p className="font-semibold">{t("card.unopened")}</p>
      <p className="text-muted">
        {t("unopened")} <code className="font-mono text-xs [overflow-wrap:anywhere]">{id}</code>
      </p>
    </div>
  );
}

function CardBody({ type, lines }: { type: string; lines: string[] }) {
  const t = useTranslations("messages");
  const word = useTypeWord();
  const Icon = ICON[type] ?? MessageCircleQuestion;
  const withheld = type === "unsupported"; // then the only line is WhatsApp's name of the kind, not the client's words
  const [caption, ...rest] = withheld ? [] : lines;
  return (
    <div className="flex items-start gap-2.5 py-0.5">
      <span className="flex size-9 shrink-0 items-center justify-center rounded bg-chip text-muted">
        <Icon aria-hidden="true" className="size-4.5" />
      </span>
      <div className="min-w-0">
        <p className="text-sm font-semibold">{word((withheld && lines[0]) || type)}</p>
        {caption && <MessageText text={caption} />}
        {rest.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a message never move
          <p key={index} dir="auto" className="text-sm break-words text-muted">
            {safeText(line)}
          </p>
        ))}
        {withheld && <p className="text-sm text-muted">{t("withheld")}</p>}
        {isElsewhere(type, lines, t.has(`card.${type}` as never)) && <p className="text-sm text-muted">{t("seeOnPhone")}</p>}
      </div>
    </div>
  );
}

function TemplateBody({ content }: { content: Extract<ContentView, { kind: "template" }> }) {
  const t = useTranslations("messages");
  return (
    <div>
      <p className="flex items-center gap-1 text-xs text-muted">
        <LayoutTemplate aria-hidden="true" className="size-3" />
        {t("template")}
        <span className="sr-only">{content.name}</span>
      </p>
      {content.header && (
        <p dir="auto" className="font-semibold">
          {safeText(content.header)}
        </p>
      )}
      <MessageText text={content.text} />
      {content.footer && (
        <p dir="auto" className="text-sm text-muted">
          {safeText(content.footer)}
        </p>
      )}
      {content.buttons.length > 0 && (
        <ul className="-mx-3 mt-1.5 border-t border-line">
          {content.buttons.map((button) => (
            <li
              key={button}
              dir="auto"
              className="border-b border-line px-3 py-1.5 text-center text-sm text-accent-ink last:border-0"
            >
              {safeText(button)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
