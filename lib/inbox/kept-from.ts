/** Who may not hear of a change: asked for everybody who listens at once, so it looks across people as `system`, at ids only. */
import type { Id } from "@/lib/kernel/ids";
import type { LiveMessage } from "@/lib/platform/live";
import { inSystem } from "@/lib/platform/sql";

/** People who may not know of a conversation or a message, by its id; what nobody is kept from is left out. */
export type Kept = ReadonlyMap<string, ReadonlySet<string>>;

/** Looks up walls and deny lists of what the events name, as they are now. */
export async function keptFrom(orgId: Id<"organisation">, events: readonly LiveMessage[]): Promise<Kept> {
  const conversations = [...new Set(events.flatMap((e) => e.conversationId ?? []))];
  const messages = [...new Set(events.flatMap((e) => e.messageIds ?? []))];
  if (conversations.length === 0) return new Map();
  const rows = await inSystem("live walls", (sql) =>
    sql.rows<{ id: string; user_id: string }>(
      "live.walls",
      `with t as (select id, matter_id from conversations where org_id = $1 and id = any($2::uuid[]) and matter_id is not null
          union all select id, matter_id from messages where org_id = $1 and id = any($3::uuid[]) and matter_id is not null)
        select t.id, g.user_id from t join matters m on m.org_id = $1 and m.id = t.matter_id join memberships g on g.org_id = $1
          left join matter_people p on p.org_id = $1 and p.matter_id = m.id and p.user_id = g.user_id
          where case when m.walled then p.access is distinct from 'member' else p.access = 'denied' end`,
      [orgId, conversations, messages],
    ),
  );
  const kept = new Map<string, Set<string>>();
  for (const { id, user_id } of rows) kept.set(id, (kept.get(id) ?? new Set()).add(user_id));
  return kept;
}

/**
 * What of an event a person may hear; null for nothing. Messages are judged one by one: an earlier part of a conversation may be theirs
 * where the part that goes on is not, and the other way round.
 */
export function heardBy(event: LiveMessage, kept: Kept, userId: string | null): LiveMessage | null {
  const may = (id: string) => userId !== null && !kept.get(id)?.has(userId);
  if (!event.conversationId) return event;
  if (!event.messageIds) return may(event.conversationId) ? event : null;
  const messageIds = event.messageIds.filter(may);
  if (messageIds.length === 0) return null;
  return messageIds.length === event.messageIds.length ? event : { ...event, messageIds };
}
