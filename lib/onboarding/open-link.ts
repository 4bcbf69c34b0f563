/** Somebody comes by a link: who they are is the link, and it names the organisation. */
import type { Ctx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { digestOf } from "@/lib/onboarding/digest";
import { inSystem } from "@/lib/platform/sql";

const SECRET = /^[\w-]{43}$/;
interface Found {
  org_id: string;
  id: string;
  session_id: string;
}

/**
 * The context of who holds a link, or null when there is no such link, it is over, its journey was given up, or who made it may no
 * longer. It holds no right but to finish that journey.
 */
export async function openLink(secret: string, requestId: string, now: Date): Promise<Ctx | null> {
  if (!SECRET.test(secret)) return null;
  const link = await inSystem("link", async (sql) => {
    const [found] = await sql.rows<Found & { opened_at: Date | null }>(
      "link.open",
      `select l.org_id, l.id, l.session_id, l.opened_at from onboarding_links l
        join onboarding_sessions s on s.org_id = l.org_id and s.id = l.session_id
        join memberships m on m.org_id = l.org_id and m.user_id = l.created_by and m.active and m.role in ('owner', 'admin')
        where l.secret_hash = $1 and l.revoked_at is null and l.expires_at > $2 and s.state in ('open', 'done')`,
      [digestOf(secret), now],
    );
    if (found && found.opened_at === null)
      await sql.run(
        "link.opened",
        "update onboarding_links set opened_at = $3 where org_id = $1 and id = $2 and opened_at is null",
        [found.org_id, found.id, now],
      );
    return found;
  });
  if (!link) return null;
  return {
    orgId: asId("organisation", link.org_id),
    actor: { kind: "guest", linkId: asId("link", link.id), sessionId: asId("onboarding", link.session_id) },
    role: null,
    permissions: new Set(),
    now,
    requestId,
  };
}
