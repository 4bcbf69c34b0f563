"use client";
import { useDrafts } from "@/components/inbox/drafts";
import type { ConversationView } from "@/lib/inbox/views";

/** The text being written in a conversation: what is here, else what the server kept. */
export const useDraft = (conversation: ConversationView) =>
  useDrafts((state) => state.texts[conversation.id]) ?? conversation.draft?.text ?? "";
