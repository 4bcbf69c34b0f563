/**
 * Redis in front of a journey that is being looked at, every second and a half by each open page. It holds the row as Postgres does,
 * facts sealed. Only looking reads from here: whatever decides reads Postgres, and without Redis all of it does.
 */
import { z } from "zod";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { ALL_PATHS, STEP_STATES, STEPS, type StepRow } from "@/lib/onboarding/model";
import type { LinkState } from "@/lib/onboarding/share-link";
import type { SessionRow } from "@/lib/onboarding/store";
import { counters } from "@/lib/platform/metrics";
import { producerRedis } from "@/lib/platform/redis";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** Longest a page may see what was so before, should a change and a look cross. Seconds. */
const FRESH = 5;
const keyOf = (orgId: Id<"organisation">, id: Id<"onboarding">) => `parley:onboarding:${orgId}:${id}`;

/** A journey with its steps and its link. */
export interface KeptJourney {
  row: SessionRow;
  steps: StepRow[];
  link: LinkState | null;
}
const bytes = z.base64().transform((v) => Buffer.from(v, "base64"));
const KeptJourney = z.object({
  row: z.object({
    id: z.string(),
    tracking_code: z.string(),
    path: z.enum(ALL_PATHS),
    state: z.enum(["open", "done", "cancelled", "expired"]),
    started_by: z.string(),
    facts_sealed: z.nullable(bytes),
    channel_id: z.nullable(z.string()),
    created_at: z.coerce.date(),
    expires_at: z.coerce.date(),
  }),
  steps: z.array(
    z.object({
      step: z.enum(STEPS),
      state: z.enum(STEP_STATES),
      attempts: z.number(),
      cause: z.nullable(z.custom<NonNullable<StepRow["cause"]>>((v) => typeof v === "string")),
      code: z.nullable(z.number()),
      subcode: z.nullable(z.number()),
    }),
  ),
  link: z.nullable(z.object({ until: z.coerce.date(), openedAt: z.nullable(z.coerce.date()) })),
});

/** What was kept of a journey of this organisation, or null. Never throws. */
export async function recallJourney(orgId: Id<"organisation">, id: Id<"onboarding">): Promise<KeptJourney | null> {
  try {
    const text = await producerRedis().get(keyOf(orgId, id));
    const kept = text === null ? null : KeptJourney.safeParse(JSON.parse(text));
    counters.onboardingCache.inc({ result: kept?.success ? "hit" : "miss" });
    return kept?.success ? kept.data : null;
  } catch {
    counters.onboardingCache.inc({ result: "away" });
    return null;
  }
}

/** Keeps an open journey for the next who looks. Never throws. */
export async function keepJourney(orgId: Id<"organisation">, kept: KeptJourney): Promise<void> {
  if (kept.row.state !== "open") return;
  const row = { ...kept.row, facts_sealed: kept.row.facts_sealed?.toString("base64") ?? null };
  await producerRedis()
    .set(keyOf(orgId, kept.row.id as Id<"onboarding">), JSON.stringify({ ...kept, row }), "EX", FRESH)
    .catch(() => {});
}

/** Forgets what was kept of a journey. Never throws. */
export async function forgetJourney(orgId: Id<"organisation">, id: Id<"onboarding">): Promise<void> {
  await producerRedis()
    .del(keyOf(orgId, id))
    .catch(() => {});
}

/** A transaction that changes a journey: once it is committed, the next look sees it. */
export async function inJourney<T>(ctx: Ctx, id: Id<"onboarding">, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await inTenantSql(ctx, work);
  } finally {
    await forgetJourney(ctx.orgId, id);
  }
}
