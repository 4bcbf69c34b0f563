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

const isTouch = () => window.matchMedia("(pointer: coarse)").matches;

/** A native text area: input methods, spelling and readers stay as people know them. Enter sends, Shift+Enter breaks the line. */
export function ReplyBox({ conversation, onChooseTemplate }: { conversation: ConversationView; onChooseTemplate: () => void }) {
  const t = useTranslations("inbox");
  const box = useRef<HTMLTextAreaElement>(null);
  const text = useDraft(conversation);
  const send = useSend(conversation.id);
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
          rows={1}
          dir="auto"
          value={text}
          aria-label={t("composer.reply")}
          aria-describedby="reply-help"
          aria-invalid={tooLong || undefined}
          placeholder={t("composer.placeholder", { name })}
          enterKeyHint="enter"
          onChange={(event) => writeDraft(conversation.id, event.target.value)}
          onKeyDown={onKeyDown}
          className="thin-scroll field-sizing-content block max-h-[40dvh] min-h-11 w-full resize-none bg-transparent px-3.5 pt-2.5 pb-1 outline-none placeholder:text-muted"
        />
        <div className="flex items-center gap-1 ps-1.5 pe-1.5 pb-1.5">
          <IconButton
            id="choose-template"
            label={t("composer.template")}
            shortcut="T"
            icon={<LayoutTemplate />}
            onClick={onChooseTemplate}
          />
          <p id="reply-help" className="min-w-0 grow truncate px-1 text-xs text-muted">
            {length >= COUNT_FROM ? (
              <span className={cn("tabular", tooLong && "font-semibold text-danger-ink")} role={tooLong ? "alert" : undefined}>
                {tooLong ? t("composer.tooLong", { over: length - LONGEST }) : t("composer.count", { length, longest: LONGEST })}
              </span>
            ) : (
              <span className="pointer-coarse:hidden max-sm:hidden">{t("composer.keys")}</span>
            )}
          </p>
          <Button
            type="submit"
            size="sm"
            variant="primary"
            disabled={!ready}
            icon={<SendHorizontal aria-hidden="true" className="rtl:-scale-x-100" />}
            className="max-w-48"
          >
            <span className="truncate">{t("composer.send", { name })}</span>
          </Button>
        </div>
      </div>
    </form>
  );
}
