import { allow } from "@/lib/identity";
import { noteActivity } from "@/lib/inbox/activities";
import { readConversationView } from "@/lib/inbox/get-conversation";
import { lockConversation } from "@/lib/inbox/store";
import { retagMessages } from "@/lib/inbox/stretches";
import type { ConversationView } from "@/lib/inbox/views";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { audit } from "@/lib/platform/audit";
import { conversationTouched, publishLive } from "@/lib/platform/live";
import { inTenantSql } from "@/lib/platform/sql";

/**
 * Marks the part of a conversation that goes on as privileged, or takes the mark away. What is marked leaves the search index and is
 * looked at on record. Taking the mark away needs more than setting it.
 * @throws AppError `not_found`
 */
export async function setPrivileged(
  ctx: Ctx,
  input: { conversationId: Id<"conversation">; privileged: boolean },
): Promise<ConversationView> {
  allow(ctx, input.privileged ? "matters.write" : "matters.walls");
  const { privileged } = input;
  const { view, changed } = await inTenantSql(ctx, async (sql) => {
    const conversation = await lockConversation(sql, input.conversationId);
    const changed = conversation.privileged !== privileged;
    if (changed) {
      const { id, matterId } = conversation;
      await sql.run(
        "conversation.privileged",
        "update conversations set privileged = $3, version = version + 1 where org_id = $1 and id = $2",
        [ctx.orgId, id, privileged],
      );
      await retagMessages(sql, conversation, null, { matterId, privileged });
      await noteActivity(sql, { kind: privileged ? "privileged" : "unprivileged", conversationId: id, matterId });
    }
    const view = await readConversationView(sql, input.conversationId);
    const action = privileged ? "conversation.privileged" : "conversation.unprivileged";
    if (changed) await audit(sql, [{ action, subject: "conversation", subjectId: conversation.id }]);
    return { view, changed };
  });
  if (changed) await publishLive(ctx.orgId, [conversationTouched(input.conversationId)]);
  return view;
}
