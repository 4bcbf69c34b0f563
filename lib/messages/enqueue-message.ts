/** Steps: a message and its outbox row in one transaction; taking it back while it is held. */

import { userIdOf } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import { type MessageBody, sealBody } from "@/lib/messages/store";
import type { Sql } from "@/lib/platform/sql";

export interface Enqueue {
  conversationId: Id<"conversation">;
  channelId: Id<"channel">;
  /** Client-made; `findRequested` tells whether it was seen before. */
  requestId: string;
  body: MessageBody;
  type: "text" | "template";
  templateId: Id<"template"> | null;
  /** How long it can be taken back, in seconds. */
  holdSeconds: number;
  /** The first of the family: never a resend itself. */
  resendOf: Id<"message"> | null;
}
export interface Enqueued {
  messageId: Id<"message">;
  at: Date;
}

/**
 * Writes message and outbox row. Its time is now, not when the transaction began: that may have waited for a colleague's.
 * @throws AppError `conflict` if the request id was used before; `precondition` `number_disconnected`
 */
export async function enqueueMessage(sql: Sql, input: Enqueue): Promise<Enqueued> {
  const { ctx } = sql;
  const id = newId("message");
  const [row] = await sql.rows<{ at: Date }>(
    "message.enqueue",
    // it belongs to the matter that the conversation is bound to now
    `insert into messages (org_id, id, conversation_id, direction, origin, author_id, type, body_sealed, request_id, resend_of, at, received_at, matter_id, privileged)
      select $1, $2, c.id, 'out', 'agent', $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp(), c.matter_id, c.privileged
        from conversations c where c.org_id = $1 and c.id = $3
      on conflict (org_id, request_id) where request_id is not null do nothing returning at`,
    [
      ctx.orgId,
      id,
      input.conversationId,
      userIdOf(ctx),
      input.type,
      sealBody(sql, id, input.body),
      input.requestId,
      input.resendOf,
    ],
  );
  if (!row) throw new AppError("conflict", "request_id_used");
  await sql.run(
    "outbox.insert",
    `insert into outbox (org_id, id, message_id, conversation_id, channel_id, needs_window, template_id, state, release_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))`,
    [
      ctx.orgId,
      newId("outbox"),
      id,
      input.conversationId,
      input.channelId,
      input.type === "text",
      input.templateId,
      input.holdSeconds > 0 ? "held" : "queued",
      input.holdSeconds,
    ],
  );
  // asked after the row is there: its reference has waited for whoever was just disconnecting the number
  const [channel] = await sql.rows<{ status: string }>(
    "outbox.channel",
    "select status from channels where org_id = $1 and id = $2",
    [ctx.orgId, input.channelId],
  );
  if (channel?.status === "disconnected") throw new AppError("precondition", "number_disconnected");
  await sql.run(
    "message.queue_search",
    "insert into search_queue (org_id, kind, id) values ($1, 'message', $2) on conflict do nothing",
    [ctx.orgId, id],
  );
  return { messageId: id, at: row.at };
}

/** The first message of a request id, or null. @throws AppError `conflict` if it belongs to another conversation */
export async function findRequested(sql: Sql, input: Pick<Enqueue, "requestId" | "conversationId">): Promise<Enqueued | null> {
  const [first] = await sql.rows<{ id: string; conversation_id: string; at: Date }>(
    "message.by_request",
    "select id, conversation_id, at from messages where org_id = $1 and request_id = $2",
    [sql.ctx.orgId, input.requestId],
  );
  if (!first) return null;
  if (first.conversation_id !== input.conversationId) throw new AppError("conflict", "request_id_used");
  return { messageId: asId("message", first.id), at: first.at };
}

/** Takes a held message back, by the database's clock. @returns false when it is too late */
export async function cancelHeld(sql: Sql, messageId: Id<"message">): Promise<boolean> {
  const n = await sql.run(
    "outbox.cancel",
    "update outbox set state = 'cancelled', settled_at = now() where org_id = $1 and message_id = $2 and state = 'held' and release_at > now()",
    [sql.ctx.orgId, messageId],
  );
  return n > 0;
}
