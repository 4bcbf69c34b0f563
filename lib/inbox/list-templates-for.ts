import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { notFound } from "@/lib/kernel/errors";
import type { Id } from "@/lib/kernel/ids";
import { inTenant } from "@/lib/platform/db";
import { listApproved } from "@/lib/templates";
import type { TemplateList } from "@/lib/templates/views";

/** Approved templates of the business account a conversation runs through; without a conversation, of all. @throws AppError `not_found` */
export async function listTemplatesFor(ctx: Ctx, input: { conversationId?: Id<"conversation"> }): Promise<TemplateList> {
  allow(ctx, "templates.read");
  const { conversationId } = input;
  if (!conversationId) return listApproved(ctx, {});
  const conversation = await inTenant(ctx, (db) =>
    db.conversation.findUnique({
      where: { orgId_id: { orgId: ctx.orgId, id: conversationId } },
      select: { channel: { select: { wabaId: true } } },
    }),
  );
  if (!conversation) throw notFound("conversation");
  return listApproved(ctx, { wabaId: conversation.channel.wabaId });
}
