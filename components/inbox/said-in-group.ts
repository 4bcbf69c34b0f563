/** Whether the client's newest word was said in a group; what WhatsApp says meanwhile is nobody's. Pure. */
import { flattenThread } from "@/components/inbox/merge";
import { isNotice } from "@/lib/kernel/content";
import type { MessagePage } from "@/lib/messages/views";

export function saidInGroup(pages: readonly MessagePage[]): boolean {
  const content = flattenThread(pages).findLast(({ direction, content }) => direction === "in" && !isNotice(content))?.content;
  return content?.kind === "card" && content.type === "group";
}
