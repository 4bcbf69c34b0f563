/** Step: privileged words were shown to a person. */
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import { hours } from "@/lib/kernel/time";
import { audit } from "@/lib/platform/audit";
import type { Sql } from "@/lib/platform/sql";

/** A reader scrolls and comes back: one entry an hour says as much. */
const hourOf = ({ now }: Ctx) => new Date(Math.floor(now.getTime() / hours(1)) * hours(1));

/** Writes into the trail who read privileged words of which conversation, once an hour; the last statement of its transaction. */
export async function notePrivilegedView(sql: Sql, conversationId: string): Promise<void> {
  const userId = userIdOf(sql.ctx);
  if (!userId) return;
  const fresh = await sql.run(
    "privileged_view.note",
    "insert into privileged_views (org_id, conversation_id, user_id, hour) values ($1, $2, $3, $4) on conflict do nothing",
    [sql.ctx.orgId, conversationId, userId, hourOf(sql.ctx)],
  );
  if (fresh > 0) await audit(sql, [{ action: "privileged.viewed", subject: "conversation", subjectId: conversationId }]);
}
