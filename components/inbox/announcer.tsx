"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useExcerpt } from "@/components/inbox/message-words";
import { safeLine } from "@/components/inbox/safe-text";
import { previewOf } from "@/lib/kernel/content";
import type { MessageView } from "@/lib/messages/views";

const GATHER_MS = 2000;

/** Says what the client wrote in the open thread, gathered over two seconds; the log itself stays silent, since rows come and go. */
export function Announcer({ messages, name }: { messages: readonly MessageView[]; name: string }) {
  const t = useTranslations("inbox");
  const excerpt = useExcerpt();
  const [said, setSaid] = useState("");
  const seen = useRef<Set<string> | null>(null);
  const queue = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const known = seen.current;
    seen.current = new Set(messages.map((message) => message.id));
    if (!known) return;
    const fresh = messages.slice(-10).filter((message) => message.direction === "in" && !known.has(message.id));
    for (const { content } of fresh) queue.current.push(excerpt(previewOf(content)));
    if (queue.current.length === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setSaid(t("thread.said", { name: safeLine(name), text: queue.current.splice(0).join(". ") }));
    }, GATHER_MS);
  }, [messages, name, t, excerpt]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div aria-live="polite" className="sr-only">
      {said}
    </div>
  );
}
