/** Whether the client's newest message was said in a group. Pure. */
import { flattenThread } from "@/components/inbox/merge";
import type { MessagePage } from "@/lib/messages/views";

export function saidInGroup(pages: readonly MessagePage[]): boolean {
  const content = flattenThread(pages).findLast((message) => message.direction === "in")?.content;
  return content?.kind === "card" && content.type === "group";
}
