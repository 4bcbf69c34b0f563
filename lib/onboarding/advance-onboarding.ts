import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { type Id, newId } from "@/lib/kernel/ids";
import { minutes } from "@/lib/kernel/time";
import { bindNumber, isTaken } from "@/lib/onboarding/bind-number";
import { inJourney } from "@/lib/onboarding/cache";
import { isKeptBeside } from "@/lib/onboarding/kept-accounts";
import { isFinished, nextStep, REGISTRATIONS, retryAfter, type Step, type StepRow } from "@/lib/onboarding/model";
import { needsApproval, writeProof } from "@/lib/onboarding/prove-account";
import { type Outcome, runStep } from "@/lib/onboarding/run-step";
import { ownSpeakerFor, platformSpeaker, type Speaker, untriedSpeaker } from "@/lib/onboarding/speaker";
import {
  finishSession,
  getSession,
  giveBack,
  listSteps,
  markStep,
  type Session,
  saveFacts,
  takeLease,
} from "@/lib/onboarding/store";
import { audit } from "@/lib/platform/audit";
import { log } from "@/lib/platform/log";
import type { Sql } from "@/lib/platform/sql";

/** A journey whose facts do not open is tried again after this long. */
const UNREADABLE_AGAIN = minutes(10);

interface Claimed {
  session: Session;
  step: Step;
  steps: StepRow[];
  fence: number;
}

/**
 * Does the next steps of a journey until it is finished or waits for a person or for time. Each step is claimed before its
 * effect and recorded after it, behind a fence: a process that dies in between leaves a step that may be done again.
 */
export async function advanceOnboarding(ctx: Ctx, { sessionId }: { sessionId: Id<"onboarding"> }): Promise<void> {
  for (;;) {
    const now = () => ({ ...ctx, now: new Date() });
    const claimed = await inJourney(now(), sessionId, (sql) => claim(sql, sessionId));
    if (!claimed) return;
    const goesOn = await perform(now, claimed);
    if (!goesOn) return;
  }
}

async function claim(sql: Sql, id: Id<"onboarding">): Promise<Claimed | null> {
  const fence = await takeLease(sql, id);
  if (fence === null) return null;
  const [session, steps] = [await getSession(sql, id), await listSteps(sql, id)];
  if (!session.readable) {
    // perhaps a key this process does not know yet
    await giveBack(sql, id, fence, UNREADABLE_AGAIN);
    return null;
  }
  const step = nextStep(steps);
  if (step === null) {
    await giveBack(sql, id, fence, null);
    return null;
  }
  // a code is exchanged in the browser's own request: found here, its process died and the code is gone
  if (step === "exchange") {
    if (steps.some((s) => s.step === step)) await markStep(sql, id, step, { state: "failed", cause: "code_lost" });
    await giveBack(sql, id, fence, null);
    return null;
  }
  if (step === "register" && !(await mayRegister(sql, session))) {
    await markStep(sql, id, step, { state: "failed", cause: "limit_of_ours" });
    await giveBack(sql, id, fence, null);
    return null;
  }
  await markStep(sql, id, step, { state: "running" });
  return { session, step, steps, fence };
}

/** Registrations are counted before they are made, so that a crash counts too. */
async function mayRegister(sql: Sql, { facts }: Session): Promise<boolean> {
  if (!facts.number || facts.number.onBusinessApp) return true; // is skipped, and costs nothing
  const [row] = await sql.rows<{ n: number }>(
    "onboarding.registrations",
    "select count(*)::int as n from number_registrations where org_id = $1 and phone_number_id = $2 and at > now() - make_interval(secs => $3)",
    [sql.ctx.orgId, facts.number.id, REGISTRATIONS.within / 1000],
  );
  if ((row?.n ?? 0) >= REGISTRATIONS.most) return false;
  await sql.run(
    "onboarding.registration",
    "insert into number_registrations (org_id, id, phone_number_id, at) values ($1, $2, $3, now())",
    [sql.ctx.orgId, newId("registration"), facts.number.id],
  );
  return true;
}

async function perform(now: () => Ctx, claimed: Claimed): Promise<boolean> {
  const { session, step, steps } = claimed;
  if (step === "bind") return bind(now, claimed);
  if (step === "approve") return approve(now, claimed);
  if (step === "exchange") return false;
  const again = steps.some((s) => s.step === step && s.attempts > 0);
  const speaker = await speakerFor(now(), claimed);
  const outcome = speaker ? await runStep(step, session.path, session.facts, { speaker, again }) : APP_TAKEN;
  return inJourney(now(), claimed.session.id, (sql) => record(sql, claimed, outcome));
}

/** An account that spoke to us before Connect was pressed is claimed, not just connected: a second admin, where there is one, has to agree. */
async function approve(now: () => Ctx, claimed: Claimed): Promise<boolean> {
  const { wabaId, pressedAt, app } = claimed.session.facts;
  // with an own app nothing that was kept is handed over
  const kept =
    wabaId !== null &&
    app === null &&
    (await isKeptBeside(
      wabaId,
      pressedAt.map((at) => new Date(at)),
    ));
  return inJourney(now(), claimed.session.id, async (sql) => {
    const needed = kept && (await needsApproval(sql, claimed.session));
    return record(sql, claimed, needed ? { kind: "asked", cause: "second_admin" } : { kind: kept ? "done" : "skipped" });
  });
}

const APP_TAKEN: Outcome = { kind: "failed", cause: "app_taken", refusal: null };

/**
 * An own app is kept as the organisation's, and given its address, only after Meta has confirmed it: with the step that needs the address.
 * Null when it is another organisation's.
 */
async function speakerFor(ctx: Ctx, { session: { facts }, step }: Claimed): Promise<Speaker | null> {
  if (facts.app === null) return platformSpeaker();
  if (step !== "callback") return untriedSpeaker(facts.app);
  return ownSpeakerFor(ctx, facts.app).catch((error) => {
    if (error instanceof AppError && error.code === "conflict" && error.detail === "app_taken") return null;
    throw error;
  });
}

async function bind(now: () => Ctx, claimed: Claimed): Promise<boolean> {
  const registered = claimed.steps.some((s) => s.step === "register" && s.state === "done");
  try {
    const bound = await inJourney(now(), claimed.session.id, async (sql) => {
      if (!(await giveBack(sql, claimed.session.id, claimed.fence, 0))) return false;
      const channelId = await bindNumber(sql, claimed.session.facts, registered);
      await markStep(sql, claimed.session.id, "bind", { state: "done" });
      await sql.run("onboarding.channel", "update onboarding_sessions set channel_id = $3 where org_id = $1 and id = $2", [
        sql.ctx.orgId,
        claimed.session.id,
        channelId,
      ]);
      await audit(sql, [
        { action: "channel.connected", subject: "channel", subjectId: channelId, detail: { path: claimed.session.path } },
      ]);
      return true;
    });
    if (bound) await assureSubscribed(now(), claimed);
    return bound;
  } catch (error) {
    if (!isTaken(error)) throw error;
    return inJourney(now(), claimed.session.id, (sql) =>
      record(sql, claimed, { kind: "failed", cause: "number_taken", refusal: null }),
    );
  }
}

/**
 * The account's last number may have been disconnected, by whichever organisation, after this journey subscribed: from here on that no longer
 * happens, so one more look is the last. If it fails, the nightly one mends it.
 */
async function assureSubscribed(ctx: Ctx, claimed: Claimed): Promise<void> {
  const { path, facts } = claimed.session;
  const speaker = await speakerFor(ctx, claimed);
  const outcome = speaker && (await runStep("subscribe", path, facts, { speaker, again: true }));
  if (outcome?.kind !== "done") log.warn("subscription.unassured", { sessionId: claimed.session.id });
}

/** Writes what a step came to, unless another worker has taken the journey since. @returns whether to go on at once */
async function record(sql: Sql, { session, step, steps, fence }: Claimed, outcome: Outcome): Promise<boolean> {
  const attempts = (steps.find((s) => s.step === step)?.attempts ?? 0) + 1;
  const again = outcome.kind === "failed" && outcome.refusal ? retryAfter(outcome.refusal, attempts) : null;
  const goesOn = outcome.kind === "done" || outcome.kind === "skipped";
  if (!(await giveBack(sql, session.id, fence, goesOn ? 0 : again))) return false;
  if ("facts" in outcome && outcome.facts) await saveFacts(sql, session.id, { ...session.facts, ...outcome.facts });
  const said =
    outcome.kind === "failed" ? { cause: outcome.cause, code: outcome.refusal?.code, subcode: outcome.refusal?.subcode } : {};
  const asked = outcome.kind === "asked" ? { cause: outcome.cause } : {};
  await markStep(sql, session.id, step, { state: again === null ? outcome.kind : "waiting", ...said, ...asked });
  if (step === "approve" && goesOn) await writeProof(sql, session);
  if (goesOn && isFinished([...steps.filter((s) => s.step !== step), { ...NONE, step, state: outcome.kind }])) {
    await finishSession(sql, session.id, "done", null);
    return false;
  }
  return goesOn;
}
const NONE = { attempts: 0, cause: null, code: null, subcode: null };
