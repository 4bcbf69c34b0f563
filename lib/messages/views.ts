/** What leaves the server about a message, field by field. Browser-pure: `zod/mini` keeps the inbox's scripts small. */
import * as z from "zod/mini";
import { ContentView } from "@/lib/kernel/content";
import { PersonView } from "@/lib/kernel/person-view";
import { MatterTag } from "@/lib/matters/views";

/** Shown state of a message; `received` is inbound. The order of the delivery ladder is in `model.ts`. */
export const MessageState = z.enum([
  "received",
  "held",
  "cancelled",
  "queued",
  "sending",
  "accepted",
  "quality_hold",
  "sent",
  "delivered",
  "read",
  "played",
  "unknown",
  "needs_review",
  "failed",
]);
export type MessageState = z.infer<typeof MessageState>;

/** A sentence key for people; `code` is the provider's number when there is one. The sentences live in the message catalogues under `failure.<reason>`. */
export const FailureView = z.object({ reason: z.string(), code: z.nullable(z.number()) });

export { CardContent, ContentView, TemplateContent, TextContent } from "@/lib/kernel/content";

/** Who a message is from. */
const said = {
  direction: z.enum(["in", "out"]),
  /** Who wrote it: the client, a person in Parley, or the business's own phone app. */
  origin: z.enum(["client", "agent", "phone"]),
  author: z.nullable(PersonView),
};

/** An earlier message in one line. */
export const QuotedView = z.object({ id: z.string(), ...said, text: z.string(), type: z.string() });
export type QuotedView = z.infer<typeof QuotedView>;

export const MessageView = z.object({
  id: z.string(),
  conversationId: z.string(),
  ...said,
  /** Provider's time for inbound, ours for outbound; ISO 8601 UTC. */
  at: z.string(),
  /** When Parley received it; more than two minutes after `at` means it arrived late. */
  receivedAt: z.string(),
  content: ContentView,
  /** The client's word to us: it opens the 24-hour window and counts as unread. */
  opensWindow: z.boolean(),
  /** What it answers or reacts to: an earlier message, `missing` if that is not kept here, null if it refers to none. */
  quoted: z.nullable(z.union([QuotedView, z.literal("missing")])),
  state: MessageState,
  /** Earliest time of each delivery state that was reported. */
  times: z.object({
    accepted: z.nullable(z.string()),
    sent: z.nullable(z.string()),
    delivered: z.nullable(z.string()),
    read: z.nullable(z.string()),
    played: z.nullable(z.string()),
    failed: z.nullable(z.string()),
  }),
  failure: z.nullable(FailureView),
  /** While held: the instant after which it cannot be taken back. */
  releaseAt: z.nullable(z.string()),
  /** The client-made id of the send; the optimistic bubble carries the same one. */
  requestId: z.nullable(z.string()),
  can: z.object({ undo: z.boolean(), resend: z.boolean() }),
  /** It was sent once more, as a new message that has not failed. */
  resent: z.boolean(),
  /** The matter its part of the conversation belongs to. */
  matter: z.nullable(MatterTag),
  privileged: z.boolean(),
  /** Filed to the matter as the client's instruction. */
  instruction: z.nullable(z.object({ by: PersonView, at: z.string() })),
});
export type MessageView = z.infer<typeof MessageView>;

/** Newest page first; `items` are oldest to newest inside a page. `nextCursor` leads to older messages. */
export const MessagePage = z.object({ items: z.array(MessageView), nextCursor: z.nullable(z.string()) });
export type MessagePage = z.infer<typeof MessagePage>;

/** Answer to undo: the text goes back into the composer. */
export const UndoView = z.object({ message: MessageView, text: z.nullable(z.string()) });
