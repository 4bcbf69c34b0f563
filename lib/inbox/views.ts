/** What leaves the server about conversations. Browser-pure. */
import * as z from "zod/mini";
import { PersonView } from "@/lib/kernel/person-view";
import { MATTER_WORDS, MatterTag } from "@/lib/matters/views";
import { MessageState, MessageView } from "@/lib/messages/views";

export const VIEWS = ["mine", "unassigned", "all"] as const;
export type ViewName = (typeof VIEWS)[number];

export const PreviewView = z.object({
  /** Text of the last message; empty for a card whose type says it all. */
  text: z.string(),
  /** `text`, `template`, or the card's type (`image`, `location`, ...). */
  type: z.string(),
  direction: z.enum(["in", "out"]),
  /** Who of us wrote it; null for the client, and for what nobody in Parley wrote. */
  author: z.nullable(PersonView),
  /** State of the last message; `received` when it is the client's. */
  state: MessageState,
});

export const ConversationRow = z.object({
  id: z.string(),
  /** Name as the client writes it, else the formatted phone, else the tail of an id. */
  name: z.string(),
  /** The number of ours it is on; `several` if there are others, and its name is to be said. */
  channel: z.object({ id: z.string(), name: z.string(), several: z.boolean() }),
  preview: z.nullable(PreviewView),
  lastActivityAt: z.string(),
  unread: z.number(),
  assignee: z.nullable(PersonView),
  status: z.enum(["open", "resolved"]),
  /** When the 24-hour window closes; null if the client has never written. In the past = closed. */
  windowClosesAt: z.nullable(z.string()),
  /** I have an unsent draft here. */
  hasDraft: z.boolean(),
  /** Rises with every change of the row. */
  version: z.number(),
  /** The matter it is bound to. */
  matter: z.nullable(MatterTag),
  privileged: z.boolean(),
  /** An earlier part of a conversation, which can be read and not answered. */
  ended: z.boolean(),
});
export type ConversationRow = z.infer<typeof ConversationRow>;

/** `serverNow` lets the browser correct its own clock. */
export const ConversationPage = z.object({
  items: z.array(ConversationRow),
  nextCursor: z.nullable(z.string()),
  serverNow: z.string(),
});
export type ConversationPage = z.infer<typeof ConversationPage>;

/** Conversations with something unread, per view. */
export const CountsView = z.object({ mine: z.number(), unassigned: z.number(), all: z.number() });
export type CountsView = z.infer<typeof CountsView>;

export const ConversationView = z.object({
  ...ConversationRow.shape,
  /** `phone` is the one a reply goes to, where it goes to a phone, as people group it. */
  contact: z.object({ id: z.string(), name: z.nullable(z.string()), phone: z.nullable(z.string()) }),
  draft: z.nullable(z.object({ text: z.string(), updatedAt: z.string() })),
  /** Anything but `connected` means replies wait: the number must be reconnected or Meta blocked it. */
  channelState: z.enum(["connected", "needs_reconnect", "blocked", "disconnected"]),
  /** When this number was connected: what is older came with its history. */
  channelSince: z.string(),
  /** Length of the undo hold of this organisation, in seconds. */
  undoSeconds: z.number(),
  /** What the organisation calls a matter. */
  matterWord: z.enum(MATTER_WORDS),
  /** `bind` to a matter and mark as privileged; `unmark` takes the mark away. */
  can: z.object({ reply: z.boolean(), assign: z.boolean(), resolve: z.boolean(), bind: z.boolean(), unmark: z.boolean() }),
  serverNow: z.string(),
});
export type ConversationView = z.infer<typeof ConversationView>;

export const SearchHit = z.object({
  conversationId: z.string(),
  name: z.string(),
  /** The message that matched, or null when the name or phone did. */
  message: z.nullable(
    z.object({
      id: z.string(),
      at: z.string(),
      /** Who of us wrote it; null for the client, and for what nobody in Parley wrote. */
      author: z.nullable(PersonView),
      text: z.string(),
    }),
  ),
});
export type SearchHit = z.infer<typeof SearchHit>;
/** `nextCursor` is set when there may be older hits ("search older"). */
export const SearchPage = z.object({ items: z.array(SearchHit), nextCursor: z.nullable(z.string()) });
export type SearchPage = z.infer<typeof SearchPage>;

/**
 * One live event. `conversation.changed`: refetch that row, and if the conversation is open its newest messages.
 * `access.changed`: what is on screen may be gone; `resync`: refetch what is on screen. `session.ended`: the session is over, nothing more will come.
 */
export const LiveEvent = z.object({
  type: z.enum(["conversation.changed", "templates.changed", "access.changed", "resync", "session.ended", "session.changed"]),
  conversationId: z.optional(z.string()),
  messageIds: z.optional(z.array(z.string())),
});
export type LiveEvent = z.infer<typeof LiveEvent>;

export const ACTIVITIES = [
  "assigned",
  "unassigned",
  "resolved",
  "reopened",
  "bound",
  "ended",
  "privileged",
  "unprivileged",
  "filed",
  "withdrawn",
] as const;
export type ActivityKind = (typeof ACTIVITIES)[number];
export const ActivityView = z.object({
  id: z.string(),
  kind: z.enum(ACTIVITIES),
  at: z.string(),
  /** Null for what the product did by itself. */
  actor: z.nullable(PersonView),
  /** Whom it concerns, for assignments. */
  person: z.nullable(PersonView),
  conversationId: z.string(),
  messageId: z.nullable(z.string()),
  /** For a filed instruction: the SHA-256 of what was filed, in hex. */
  sha256: z.nullable(z.string()),
});
export type ActivityView = z.infer<typeof ActivityView>;

/** One line of a timeline. */
export const TimelineItem = z.union([
  z.object({ type: z.literal("message"), message: MessageView }),
  z.object({ type: z.literal("activity"), activity: ActivityView }),
]);
export type TimelineItem = z.infer<typeof TimelineItem>;
/** Newest first. */
export const TimelinePage = z.object({ items: z.array(TimelineItem), nextCursor: z.nullable(z.string()) });
export type TimelinePage = z.infer<typeof TimelinePage>;
