import type { ViewName } from "@/lib/inbox/views";

/** The names under which server data is cached. */
export const keys = {
  conversations: (view: ViewName) => ["conversations", view] as const,
  counts: ["counts"] as const,
  conversation: (id: string) => ["conversation", id] as const,
  messages: (id: string) => ["messages", id] as const,
  members: ["members"] as const,
  templates: ["templates"] as const,
  search: (q: string) => ["search", q] as const,
};
