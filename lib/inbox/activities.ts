/** Step: what people did with a conversation, for its timeline. */
import type { ActivityKind } from "@/lib/inbox/views";
import { userIdOf } from "@/lib/kernel/ctx";
import { newId } from "@/lib/kernel/ids";
import type { Sql } from "@/lib/platform/sql";

export interface Done {
  kind: ActivityKind;
  conversationId: string;
  /** The matter its part of the conversation belongs to. */
  matterId: string | null;
  personId?: string | null;
  messageId?: string | null;
}

/** Notes what the acting person did. Names one matter only: who reads of one end of a move need not be told of the other. */
export const noteActivity = (sql: Sql, { kind, conversationId, matterId, personId, messageId }: Done) =>
  sql.run(
    "activity.note",
    `insert into activities (org_id, id, conversation_id, matter_id, kind, actor_id, person_id, message_id) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [sql.ctx.orgId, newId("activity"), conversationId, matterId, kind, userIdOf(sql.ctx), personId ?? null, messageId ?? null],
  );
