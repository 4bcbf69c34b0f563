"use client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useRef } from "react";
import { Bubble } from "@/components/inbox/bubble";
import { messagesBelow, type ThreadItem, type ThreadMessage } from "@/components/inbox/thread-items";
import { DayLine, NoticeLine, UnreadLine } from "@/components/inbox/thread-lines";
import { END_PX, useLogEnd } from "@/components/inbox/use-log-end";
import { useReach } from "@/components/inbox/use-reach";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import type { ConversationView } from "@/lib/inbox/views";

interface Props {
  conversation: ConversationView;
  items: ThreadItem[];
  /** A message to bring into view, from a search hit. */
  target: string | null;
  loadOlder: (() => void) | null;
  loadingOlder: boolean;
  atStart: boolean;
}

const LINE = 40;
const BUBBLE = 58;
const CHARS_A_LINE = 48;
const TEXT_LINE = 22;
const QUOTE = 48;
/** So much of what was read before is seen above the first unread message. */
const CONTEXT = 56;

function guessSize(item: ThreadItem | undefined): number {
  if (item?.kind !== "message") return LINE;
  const { content } = item.message;
  const text = content.kind === "card" ? "" : content.text;
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / CHARS_A_LINE)), 0);
  return BUBBLE + (lines - 1) * TEXT_LINE + (item.message.quoted ? QUOTE : 0);
}

const isOut = (item: ThreadItem | undefined) => item?.kind === "message" && item.message.direction === "out";

/** The virtual log, opened at what is unread, else at its end: older pages grow above the eye, new messages are followed only from the end. */
export function ThreadList({ conversation, items, target, loadOlder, loadingOlder, atStart }: Props) {
  const t = useTranslations("inbox");
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer<HTMLDivElement, Element>({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => guessSize(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: 8,
    scrollPaddingStart: CONTEXT,
    paddingStart: 16,
    paddingEnd: 12,
  });
  const shown = list.getVirtualItems();
  const lastOut = items.findLast(isOut)?.key;

  const { away, settled, onScroll } = useLogEnd({ scroller, list, items, lastOut, target });

  const nearStart = (shown[0]?.index ?? 0) < 12;
  useEffect(() => {
    if (settled && nearStart && loadOlder) loadOlder();
  }, [settled, nearStart, loadOlder]);

  const { reached, jump } = useReach({ items, list, scroller, target, loadOlder });
  const loaded = useMemo(() => new Set(items.flatMap((item) => ("message" in item ? [item.message.id] : []))), [items]);
  const jumpFor = ({ quoted }: ThreadMessage) => (quoted && quoted !== "missing" && loaded.has(quoted.id) ? jump : null);

  const replyTo = conversation.contact.phone;
  return (
    <div className="relative flex min-h-0 grow flex-col">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t("thread.log", { name: conversation.name })}
        aria-busy={loadingOlder}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        className="thin-scroll min-h-0 grow overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-2px]"
      >
        <div className="flex min-h-full flex-col justify-end">
          {loadingOlder && (
            <div className="absolute inset-x-0 top-2 z-10 flex justify-center text-muted">
              <Spinner />
            </div>
          )}
          {atStart && <p className="sr-only">{t("thread.start")}</p>}
          <div className="relative w-full shrink-0" style={{ height: list.getTotalSize() }}>
            {shown.map(({ key, index, start }) => {
              const item = items[index];
              if (!item) return null;
              return (
                <div
                  key={key}
                  data-index={index}
                  ref={list.measureElement}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {item.kind === "day" ? (
                    <DayLine at={item.at} />
                  ) : item.kind === "unread" ? (
                    <UnreadLine />
                  ) : item.kind === "notice" ? (
                    <NoticeLine message={item.message} replyTo={replyTo} target={item.message.id === reached} />
                  ) : (
                    <Bubble
                      message={item.message}
                      first={item.first}
                      last={item.last}
                      lateMinutes={item.lateMinutes}
                      clientName={conversation.name}
                      undoSeconds={conversation.undoSeconds}
                      latestOut={item.key === lastOut}
                      target={item.message.id === reached}
                      onJump={jumpFor(item.message)}
                    />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {away && (
        <div className="flex shrink-0 justify-center py-1.5">
          <Button
            id="jump-to-latest"
            size="sm"
            className="rounded-full bg-floating"
            icon={<ArrowDown aria-hidden="true" />}
            onClick={() => {
              list.scrollToEnd();
              scroller.current?.focus({ preventScroll: true });
            }}
          >
            {t("thread.latest", { count: messagesBelow(items, away.seen) })}
          </Button>
        </div>
      )}
    </div>
  );
}
