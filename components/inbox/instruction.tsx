"use client";
import { FileCheck, FileSignature } from "lucide-react";
import { useTranslations } from "next-intl";
import { safeLine } from "@/components/inbox/safe-text";
import { Stamp } from "@/components/inbox/stamp";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useInstruct } from "@/components/inbox/use-matter";
import { IconButton } from "@/components/ui/icon-button";

/** Under a message of a matter: that it is the client's instruction, or the offer to file it as one. */
export function Instruction({ message }: { message: ThreadMessage }) {
  if (message.instruction) return <Filed id={message.id} {...message.instruction} />;
  return message.matter && message.direction === "in" ? <Offer id={message.id} /> : null;
}

function Filed({ id, by, at }: { id: string } & NonNullable<ThreadMessage["instruction"]>) {
  const t = useTranslations("messages");
  const instruct = useInstruct();
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-2 border-t border-line pt-1 text-xs font-semibold text-accent-ink">
      <FileCheck aria-hidden="true" className="size-3.5" />
      <span>
        {t("instruction.filed", { name: safeLine(by.name) })} · <Stamp at={at} always="time" />
      </span>
      <button
        type="button"
        className="inline-flex min-h-6 items-center gap-1 rounded px-1 text-xs text-muted underline-offset-3 hover:text-ink hover:underline pointer-coarse:min-h-11"
        onClick={() => instruct.set(id, false)}
        disabled={instruct.isPending}
      >
        {t("instruction.withdraw")}
      </button>
    </p>
  );
}

function Offer({ id }: { id: string }) {
  const t = useTranslations("messages");
  const instruct = useInstruct();
  return (
    <IconButton
      label={t("instruction.file")}
      icon={<FileSignature />}
      data-instruct={id}
      onClick={() => instruct.set(id, true)}
      disabled={instruct.isPending}
      className="absolute start-full top-0 ms-1 opacity-0 focus-visible:opacity-100 group-hover/bubble:opacity-100 pointer-coarse:opacity-100"
    />
  );
}
