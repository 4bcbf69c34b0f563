/** Conversations under matters, for tests of walls: who works there, and what the walls must not let through. */
import type { Role } from "@/lib/identity";
import { indexOrganisation } from "@/lib/inbox";
import { asId, type Id } from "@/lib/kernel/ids";
import { createMatter } from "@/lib/matters";
import { poolOf } from "@/lib/platform/pool";
import { type Line, makeChat } from "@/lib/testing/conversations";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

export const EVERY_ROLE = ["owner", "admin", "manager", "lawyer", "agent"] as const satisfies readonly Role[];

/** An organisation with one person of every role. */
export const makeFirm = (): Promise<MadeOrganisation> =>
  makeOrganisation({ undoSeconds: 5, users: EVERY_ROLE.map((role) => ({ name: `Ms ${role}`, role })) });
export const personOf = (org: MadeOrganisation, role: Role): Id<"user"> => {
  const user = org.users.find((u) => u.role === role);
  if (!user) throw new Error(`no ${role}`);
  return user.id;
};

/** A chat whose words are in the index. */
export async function makeTalk(org: MadeOrganisation, chat: { phone: string; name: string; lines: Line[]; unread?: number }) {
  const channel = org.channels[0];
  if (!channel) throw new Error("no channel");
  const made = await makeChat(org.id, channel, chat);
  while (await indexOrganisation(org.id));
  return made.conversationId;
}
export const says = (ago: number, text: string): Line => ({ from: "client", ago, text });
export const answers = (ago: number, text: string): Line => ({ from: "us", ago, text });

/** A matter with lists as told; made by the owner's own connection where nobody of the product could. */
export async function makeMatter(
  org: MadeOrganisation,
  by: Role,
  plan: { title: string; walled?: boolean; privileged?: boolean; people?: [Role, "member" | "denied"][] },
): Promise<Id<"matter">> {
  const { id } = await createMatter(ctxOf(org, by), { title: plan.title, privileged: plan.privileged });
  const owner = poolOf("owner");
  for (const [role, access] of plan.people ?? [])
    await owner.query(
      `insert into matter_people (org_id, matter_id, user_id, access, set_by) values ($1, $2, $3, $4, $5)
        on conflict (org_id, matter_id, user_id) do update set access = excluded.access`,
      [org.id, id, personOf(org, role), access, personOf(org, by)],
    );
  if (plan.walled) await owner.query("update matters set walled = true where org_id = $1 and id = $2", [org.id, id]);
  return asId("matter", id);
}
