/** Queries: one journey, and the page of numbers. */
import { findChannel, listChannelRows, readHistory } from "@/lib/channels";
import { allow } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { nextStep, pathsOffered, STEPS, type StepRow } from "@/lib/onboarding/model";
import { getSession, listOpenSessions, listSteps, listStepsOf, type Session } from "@/lib/onboarding/store";
import type { NumbersView, OnboardingView, ProposalView } from "@/lib/onboarding/views";
import { isOn } from "@/lib/platform/flags";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** One journey with all its steps. @throws AppError `not_found` */
export async function getOnboarding(ctx: Ctx, { sessionId }: { sessionId: Id<"onboarding"> }): Promise<OnboardingView> {
  allow(ctx, "numbers.connect");
  return inTenantSql(ctx, async (sql) => {
    const session = await getSession(sql, sessionId);
    const view = toOnboardingView(session, await listSteps(sql, sessionId));
    return session.state === "done" ? { ...view, number: await readConnected(sql, session.channelId) } : view;
  });
}

/** A finished journey has forgotten its number: it is the channel's now. */
async function readConnected(sql: Sql, id: Id<"channel"> | null): Promise<OnboardingView["number"]> {
  const channel = id && (await findChannel(sql, id));
  return channel ? { display: channel.phone ?? "", name: channel.name } : null;
}

/** The organisation's numbers, oldest first, and its open journeys, newest first. */
export async function getNumbers(ctx: Ctx): Promise<NumbersView> {
  allow(ctx, "numbers.connect");
  const paths = pathsOffered(await isOn("onboarding.embedded", ctx.orgId));
  return inTenantSql(ctx, async (sql) => {
    const [channels, pasts] = [await listChannelRows(sql), await readHistory(sql)];
    const sessions = await listOpenSessions(sql);
    const steps = await listStepsOf(
      sql,
      sessions.map((session) => session.id),
    );
    return {
      numbers: channels.map(({ id, name, phone, status, coexistence }) => ({
        id,
        name,
        phone,
        status,
        coexistence,
        past: pasts.get(id) ?? null,
      })),
      open: sessions.map((session) => toOnboardingView(session, steps.get(session.id) ?? [])),
      proposals: await listProposals(sql),
      paths,
    };
  });
}

/** Seen through the policy of the table: others' accounts do not exist here. */
async function listProposals(sql: Sql): Promise<ProposalView[]> {
  const rows = await sql.rows<{ waba_id: string; first_at: Date; events: number }>(
    "orphans.proposed",
    "select waba_id, first_at, events from orphan_accounts where proposed_org_id = $1 order by first_at limit 20",
    [sql.ctx.orgId],
  );
  return rows.map((r) => ({ wabaId: r.waba_id, since: r.first_at.toISOString(), events: r.events }));
}

function toOnboardingView(session: Session, rows: readonly StepRow[]): OnboardingView {
  const { facts } = session;
  const steps = STEPS.map(
    (step) => rows.find((r) => r.step === step) ?? { step, state: "waiting" as const, cause: null, code: null },
  );
  const asked = steps.find((s) => s.state === "asked")?.step;
  const begun = rows.some((r) => r.step === "exchange" && r.state !== "failed");
  return {
    id: session.id,
    trackingCode: session.trackingCode,
    path: session.path,
    state: session.state,
    startedBy: session.startedBy,
    createdAt: session.createdAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    steps: steps.map(({ step, state, cause, code }) => ({ step, state, cause, code })),
    readable: session.readable,
    busy: session.readable && session.state === "open" && begun && nextStep(rows) !== null,
    stopped: facts.stopped,
    accountName: facts.accountName,
    accounts: asked === "prove" ? facts.proven : [],
    numbers:
      asked === "number"
        ? facts.numbers
            .filter((n) => session.path === "new" || n.onBusinessApp)
            .map((n) => ({ id: n.id, display: n.display, name: n.verifiedName }))
        : [],
    number: facts.number && { display: facts.number.display, name: facts.number.verifiedName },
    channelId: session.channelId,
  };
}
