/** Numbers that are connected and then disconnected, against the journeys' sandbox; for tests only. */
import { type Ctx, systemCtx } from "@/lib/kernel/ctx";
import { asId, type Id } from "@/lib/kernel/ids";
import { disconnectNumber, dueDisconnections, finishDisconnection } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { advance, begin, callsOn, type Desk, look, report, type Signup, signup } from "@/lib/testing/journeys";

/** Rows as the owner sees them. */
export const rows = async (text: string, values: unknown[]) => (await poolOf("owner").query(text, values)).rows;
/** With a password that was checked just now. */
export const fresh = (ctx: Ctx): Ctx => ({ ...ctx, now: new Date(), authenticatedAt: new Date() });
/** Who works where numbers are connected. */
export const people = [
  { name: "Olivia", role: "owner" as const },
  { name: "Agung", role: "agent" as const },
];

/** A number that was connected. */
export interface Connected {
  desk: Desk;
  s: Signup;
  channelId: Id<"channel">;
}
/** Connects a number. @param order what Meta's window does, see the sandbox */
export async function connect(org?: MadeOrganisation, order: object = { flow: "new" }): Promise<Connected> {
  const desk = await begin("new", org ?? (await makeOrganisation({ channels: [], users: people })));
  const s = await signup(order);
  await report(desk, s);
  await advance(desk);
  return { desk, s, channelId: asId("channel", (await look(desk)).channelId ?? "") };
}
/** Its owner disconnects it. */
export const leave = ({ desk, channelId }: Connected, reason = "Nomor lama") =>
  disconnectNumber(fresh(desk.ctx), { channelId, reason });
/** What the sweep does, for one organisation. */
export async function sweep({ desk }: Connected): Promise<void> {
  for (const { orgId, disconnectionId } of await dueDisconnections())
    if (orgId === desk.org.id) await finishDisconnection(systemCtx(orgId, "test"), { disconnectionId });
}
/** How often the provider was told that nothing more is wanted of its account. */
export const unsubscribed = async ({ s }: Connected) =>
  (await callsOn(s)).filter((call) => call.startsWith("unsubscribe")).length;
/** How its channel stands. */
export const channelOf = async ({ channelId }: Connected) =>
  (
    await rows(
      "select status, status_reason, access_token_sealed is not null as token, pin_sealed is not null as pin from channels where id = $1",
      [channelId],
    )
  )[0];
/** How its last disconnection stands. */
export const endOf = async ({ channelId }: Connected) =>
  (await rows("select state from disconnections where channel_id = $1 order by at desc limit 1", [channelId]))[0]?.state;
/** When its last disconnection is due; null when it is not. */
export const dueOf = async ({ channelId }: Connected) =>
  (await rows("select due_at from disconnections where channel_id = $1 order by at desc limit 1", [channelId]))[0]?.due_at;
/** What the trail says of an action. */
export const trailOf = (org: MadeOrganisation, action: string) =>
  rows("select actor, detail from audit_entries where org_id = $1 and action = $2 order by seq", [org.id, action]);
