/** Queries: one journey, and the page of numbers. */
import { findChannel, type HistoryState, listChannelRows, readHistory, readLeft } from "@/lib/channels";
import { allow } from "@/lib/identity";
import { countPlaceholders } from "@/lib/inbox";
import { type Ctx, userIdOf } from "@/lib/kernel/ctx";
import type { Id } from "@/lib/kernel/ids";
import { displayPhone } from "@/lib/kernel/phone";
import { addMs } from "@/lib/kernel/time";
import { allowJourney, journeyOf } from "@/lib/onboarding/allow-journey";
import { type KeptJourney, keepJourney, recallJourney } from "@/lib/onboarding/cache";
import { canFetchTokens } from "@/lib/onboarding/claim-account";
import { listClaims } from "@/lib/onboarding/claim-codes";
import { nextStep, pathsOffered, STEPS, type StepRow, SYNC_WITHIN } from "@/lib/onboarding/model";
import { claimantOf } from "@/lib/onboarding/prove-account";
import { type LinkState, readLink } from "@/lib/onboarding/share-link";
import { getSessionRow, listOpenSessions, listSteps, listStepsOf, type Session, toSession } from "@/lib/onboarding/store";
import type { InvitationView, NumbersView, NumberView, OnboardingView, ProposalView } from "@/lib/onboarding/views";
import { isOn } from "@/lib/platform/flags";
import { orgKeys } from "@/lib/platform/keys";
import { inTenantSql, type Sql } from "@/lib/platform/sql";

/** One journey with all its steps. @throws AppError `not_found` */
export async function getOnboarding(ctx: Ctx, { sessionId }: { sessionId: Id<"onboarding"> }): Promise<OnboardingView> {
  allowJourney(ctx, sessionId);
  const kept = (await recallJourney(ctx.orgId, sessionId)) ?? (await readJourney(ctx, sessionId));
  const session = toSession(await orgKeys(ctx.orgId), kept.row);
  const view = toOnboardingView(ctx, session, kept.steps, kept.link);
  if (session.state !== "done") return view;
  return inTenantSql(ctx, async (sql) => ({ ...view, number: await readConnected(sql, session.channelId) }));
}

/** What somebody with a link is shown. @throws AppError `forbidden` for anybody else */
export async function getInvitation(ctx: Ctx): Promise<InvitationView> {
  const journey = await getOnboarding(ctx, { sessionId: journeyOf(ctx) });
  const [row] = await inTenantSql(ctx, (sql) =>
    sql.rows<{ name: string }>("onboarding.inviter", "select name from organisations where id = $1", [ctx.orgId]),
  );
  return { organisation: row?.name ?? "", journey };
}

async function readJourney(ctx: Ctx, sessionId: Id<"onboarding">): Promise<KeptJourney> {
  const read = await inTenantSql(ctx, async (sql) => ({
    row: await getSessionRow(sql, sessionId),
    steps: await listSteps(sql, sessionId),
    link: await readLink(sql, sessionId),
  }));
  await keepJourney(ctx.orgId, read);
  return read;
}

/** A finished journey has forgotten its number: it is the channel's now. */
async function readConnected(sql: Sql, id: Id<"channel"> | null): Promise<OnboardingView["number"]> {
  const channel = id && (await findChannel(sql, id));
  return channel ? { display: channel.phone ? displayPhone(channel.phone) : "", name: channel.name } : null;
}

/** The organisation's numbers, oldest first, and its open journeys, newest first. */
export async function getNumbers(ctx: Ctx): Promise<NumbersView> {
  allow(ctx, "numbers.connect");
  const paths = pathsOffered(await isOn("onboarding.embedded", ctx.orgId));
  return inTenantSql(ctx, async (sql) => {
    const [channels, pasts, missing] = [await listChannelRows(sql), await readHistory(sql), await countPlaceholders(sql)];
    const left = await readLeft(
      sql,
      channels.map(({ id }) => id),
    );
    const sessions = await listOpenSessions(sql);
    const steps = await listStepsOf(
      sql,
      sessions.map((session) => session.id),
    );
    return {
      numbers: channels.map(({ id, name, phone, status, coexistence, appId }) => ({
        id,
        name,
        phone: phone && displayPhone(phone),
        status,
        coexistence,
        ownApp: appId !== null,
        left: left.get(id) ?? null,
        past: pastOf(pasts.get(id), missing.get(id)),
      })),
      open: sessions.map((session) => toOnboardingView(ctx, session, steps.get(session.id) ?? [], null)),
      proposals: await listProposals(sql),
      claims: await listClaims(sql),
      claimable: canFetchTokens(),
      paths,
    };
  });
}

const pastOf = (past: HistoryState | undefined, missing = 0): NumberView["past"] => (past ? { ...past, missing } : null);

/** Seen through the policy of the table: others' accounts do not exist here. One that was connected since it last spoke is only not tidied up yet. */
async function listProposals(sql: Sql): Promise<ProposalView[]> {
  const rows = await sql.rows<{ waba_id: string; first_at: Date; events: number }>(
    "orphans.proposed",
    `select waba_id, first_at, events from orphan_accounts o where proposed_org_id = $1 and not exists (
        select from channels c where c.org_id = $1 and c.waba_id = o.waba_id and c.status <> 'disconnected' and c.connected_at >= o.last_at)
      order by first_at limit 20`,
    [sql.ctx.orgId],
  );
  return rows.map((r) => ({ wabaId: r.waba_id, since: r.first_at.toISOString(), events: r.events }));
}

/** The countdown begins with the press that led to Meta's window, which is before Meta's own. */
function syncUntilOf({ path, state, facts }: Session, steps: readonly Pick<StepRow, "step" | "state">[]): string | null {
  const left = steps.some((s) => (s.step === "contacts" || s.step === "history") && s.state !== "done" && s.state !== "skipped");
  const last = facts.pressedAt.at(-1);
  if (path !== "coexistence" || state !== "open" || facts.token === null || last === undefined || !left) return null;
  return addMs(new Date(last), SYNC_WITHIN).toISOString();
}

const decides = (ctx: Ctx, session: Session): boolean => {
  const viewer = userIdOf(ctx);
  return viewer !== null && viewer !== claimantOf(session);
};

function toOnboardingView(ctx: Ctx, session: Session, rows: readonly StepRow[], link: LinkState | null): OnboardingView {
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
    syncUntil: syncUntilOf(session, steps),
    approval: asked === "approve" ? (decides(ctx, session) ? "decide" : "wait") : null,
    link: link && { until: link.until.toISOString(), openedAt: link.openedAt?.toISOString() ?? null },
  };
}
