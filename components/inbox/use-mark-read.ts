"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { request } from "@/components/data/http";
import { guessRow } from "@/components/inbox/cache";
import { keys } from "@/components/inbox/keys";
import type { MessageView } from "@/lib/messages/views";

const LOOKED_AT_MS = 200;

/** Tells the server how far this person has read, once the thread has been in sight for a moment. */
export function useMarkRead(conversationId: string, messages: readonly MessageView[]): void {
  const client = useQueryClient();
  const told = useRef<string | null>(null);
  const newest = messages.findLast((message) => message.direction === "in")?.id ?? null;
  useEffect(() => {
    if (!newest || told.current === newest) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") return;
      timer = setTimeout(async () => {
        told.current = newest;
        guessRow(client, conversationId, { unread: 0 });
        try {
          await request("POST", `/api/conversations/${conversationId}/read`, { messageId: newest });
          client.invalidateQueries({ queryKey: keys.counts });
        } catch {
          told.current = null; // the next message or visit tries again
        }
      }, LOOKED_AT_MS);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [client, conversationId, newest]);
}
