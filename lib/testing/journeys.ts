/** Journeys that connect a number, against a sandbox of their own; for tests only. */
import { randomUUID } from "node:crypto";
import { type Ctx, systemCtx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { advanceOnboarding, getOnboarding, pressConnect, reportSignup, startOnboarding } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { closeHttp } from "@/lib/platform/http";
import { closeJobs } from "@/lib/platform/jobs";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

let origin = "";
/** Says where the sandbox is that these journeys go to. */
export const goTo = (sandbox: string): void => {
  origin = sandbox;
};
/** What the launcher would say of a sandbox with this app. */
export const metaSettings = (sandbox: string, appId: string): Record<string, string> => ({
  APP_ENV: "development",
  META_GRAPH_URL: sandbox,
  META_SIGNUP_ORIGINS: sandbox,
  NEXT_PUBLIC_META_APP_ID: appId,
  NEXT_PUBLIC_META_CONFIG_ID: "1200100000000001",
  UNLEASH_URL: "",
});
/** Ends everything that journeys have opened in this process. */
export async function closeAll(): Promise<void> {
  await Promise.all([closeJobs(), closeHttp()]);
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
}

export interface Signup {
  code: string;
  businessId: string;
  wabaId: string;
  phoneNumberId: string;
  event: { event: string; data: { waba_id?: string; phone_number_id?: string } };
}
export const control = async <T>(path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(`${origin}/_control/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(json));
  return json;
};
export const signup = (order: object) => control<Signup>("signup", { partnerDelayMs: 0, ...order });
/** Calls with an effect that the provider saw on an account and its numbers, in order. */
export const callsOn = async ({ wabaId }: Signup): Promise<string[]> => {
  const text = await (await fetch(`${origin}/_control/ledger?since=0&kind=call`)).text();
  const lines: { effect: string; wabaId: string | null; answer: unknown }[] = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return lines.filter((l) => l.wabaId === wabaId).map((l) => `${l.effect} ${l.answer}`);
};
export const DONE = {
  new: ["exchange 200", "subscribe 200", "register 200"],
  coexistence: ["exchange 200", "subscribe 200", "sync smb_app_state_sync 200", "sync history 200"],
};

export interface Desk {
  org: MadeOrganisation;
  ctx: Ctx;
  sessionId: Id<"onboarding">;
  browser: string;
}
export const organisation = () => makeOrganisation({ channels: [] });
export async function begin(path: "new" | "coexistence" = "new", org?: MadeOrganisation): Promise<Desk> {
  const mine = org ?? (await organisation());
  const ctx = () => ctxOf(mine, "owner");
  const { id } = await startOnboarding(ctx(), { path });
  return { org: mine, ctx: ctx(), sessionId: id, browser: randomUUID() };
}
export const eventOf = (s: Signup) => ({
  event: s.event.event,
  wabaId: s.event.data.waba_id,
  phoneNumberId: s.event.data.phone_number_id,
});
export async function report(desk: Desk, s: Signup | null, hints = true): Promise<void> {
  const { state } = await pressConnect(desk.ctx, desk);
  await reportSignup(desk.ctx, { ...desk, state, code: s?.code ?? null, event: s && hints ? eventOf(s) : null });
}
export const advance = (desk: Desk) => advanceOnboarding(systemCtx(desk.org.id, "test"), desk);
export const look = (desk: Desk) => getOnboarding(desk.ctx, desk);
export const stepOf = async (desk: Desk, step: string) => (await look(desk)).steps.find((s) => s.step === step);
export const channels = async (org: MadeOrganisation) =>
  (
    await poolOf("owner").query(
      "select id, phone_number_id, coexistence, status, pin_sealed is not null as pin from channels where org_id = $1",
      [org.id],
    )
  ).rows;
