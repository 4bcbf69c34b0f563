"use client";
import { LayoutTemplate, SendHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useRef } from "react";
import { clearDraft, writeDraft } from "@/components/inbox/drafts";
import { safeLine } from "@/components/inbox/safe-text";
import { useDraft } from "@/components/inbox/use-draft";
import { useSend } from "@/components/inbox/use-send";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";
import type { ConversationView } from "@/lib/inbox/views";

/** WhatsApp takes at most this many characters of text. */
const LONGEST = 4096;
const COUNT_FROM = LONGEST * 0.9;

const CHARS_A_ROW = 40;
const MOST_ROWS = 8;

/** A guess at the rows a text fills, for browsers that cannot size a field by its content. */
const rowsFor = (text: string) =>
  Math.min(
    MOST_ROWS,
    text.split("\n", MOST_ROWS).reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / CHARS_A_ROW)), 0),
  );

const isTouch = () => window.matchMedia("(pointer: coarse)").matches;

/** A native text area: input methods, spelling and readers stay as people know them. Enter sends, Shift+Enter breaks the line. */
export function ReplyBox({ conversation, onChooseTemplate }: { conversation: ConversationView; onChooseTemplate: () => void }) {
  const t = useTranslations("inbox");
  const box = useRef<HTMLTextAreaElement>(null);
  const text = useDraft(conversation);
  const send = useSend(conversation.id);
  const { channel } = conversation;
  const name = safeLine(conversation.name);
  const length = text.length;
  const tooLong = length > LONGEST;
  const ready = text.trim() !== "" && !tooLong;
  const submit = () => {
    if (ready) {
      send({ text: text.trim() }, { kind: "text", text: text.trim() });
      clearDraft(conversation.id);
    }
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return; // an input method is choosing a word
    if (event.key === "Escape") {
      event.preventDefault();
      document.querySelector<HTMLElement>("[role='log']")?.focus();
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey || isTouch()) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      className="p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div
        className={cn(
          "rounded-lg border border-line-strong bg-floating transition-colors focus-within:border-accent focus-within:outline-1 focus-within:outline-accent",
          tooLong && "border-danger focus-within:border-danger focus-within:outline-danger",
        )}
      >
        <textarea
          ref={box}
          id="reply"
          rows={rowsFor(text)}
          dir="auto"
          value={text}
          aria-label={t("composer.reply")}
          aria-describedby="reply-count reply-help"
          aria-invalid={tooLong || undefined}
          placeholder={
            channel.several
              ? t("composer.placeholderVia", { name, channel: safeLine(channel.name) })
              : t("composer.placeholder", { name })
          }
          enterKeyHint="enter"
          onChange={(event) => writeDraft(conversation.id, event.target.value)}
          onKeyDown={onKeyDown}
          className="thin-scroll field-sizing-content block max-h-[40dvh] min-h-11 w-full resize-none bg-transparent px-3.5 pt-2.5 pb-1 outline-none text-ellipsis placeholder:overflow-hidden placeholder:whitespace-nowrap placeholder:[text-overflow:inherit] placeholder:text-muted"
        />
        <p
          id="reply-count"
          role={tooLong ? "alert" : undefined}
          className={cn("px-3.5 pb-1 text-xs tabular text-muted empty:hidden", tooLong && "font-semibold text-danger-ink")}
        >
          {tooLong
            ? t("composer.tooLong", { over: length - LONGEST })
            : length >= COUNT_FROM && t("composer.count", { length, longest: LONGEST })}
        </p>
        <div className="flex items-center gap-1 ps-1.5 pe-1.5 pb-1.5">
          <IconButton
            id="choose-template"
            label={t("composer.template")}
            shortcut="T"
            icon={<LayoutTemplate />}
            onClick={onChooseTemplate}
          />
          <p id="reply-help" className="flex h-4 min-w-0 grow basis-0 flex-wrap overflow-hidden px-1 text-xs text-muted">
            {/* Beside nothing it is too wide for, or on a line below that nobody sees: never cut. */}
            <span className="h-4 w-px" />
            <span className="whitespace-nowrap pointer-coarse:hidden">{t("composer.keys")}</span>
          </p>
          <Button
            type="submit"
            size="sm"
            variant="primary"
            disabled={!ready}
            icon={<SendHorizontal aria-hidden="true" className="rtl:-scale-x-100" />}
            className="min-w-0 max-w-48 shrink"
          >
            <span className="truncate">{t("composer.send", { name })}</span>
          </Button>
        </div>
      </div>
    </form>
  );
}
