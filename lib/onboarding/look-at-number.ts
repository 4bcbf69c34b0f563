/** Looking at one number: everything Meta tells of it, beside what our own rows know. The network comes first, rows after. */
import type { ChannelRow } from "@/lib/channels";
import { type Check, checksOf, type StandingFacts } from "@/lib/channels/model";
import type { Id } from "@/lib/kernel/ids";
import type { Speaker } from "@/lib/onboarding/speaker";
import { env } from "@/lib/platform/env";
import type { Sql } from "@/lib/platform/sql";
import type { AccountAnswer, TokenReport } from "@/lib/providers/ports";

/** What the provider told; `report` is null when it told nothing of the token. */
export interface Look {
  facts: Omit<StandingFacts, "templates" | "lastInboundAt" | "appSeenAt">;
  report: TokenReport | null;
  refusedAs: string | null;
}

const NOTHING = { token: null, account: null, number: null, subscribed: null, app: null } as const;

/** Asks the provider about a number, once, in the name of the app it is connected by. Never throws for a refusal: what was not answered stays unknown. No transaction may be open. */
export async function lookAtNumber(channel: ChannelRow, speaker: Speaker): Promise<Look> {
  const { accounts } = speaker;
  const ours = {
    callbacks: [...speaker.ours],
    provider: env().META_GRAPH_URL,
  };
  const base = { ...NOTHING, hasToken: channel.token !== null, ours, coexistence: channel.coexistence };
  const { token } = channel;
  if (token === null || (!speaker.own && !env().NEXT_PUBLIC_META_APP_ID))
    return { facts: base, report: null, refusedAs: "not_asked" };
  const [report, app] = await Promise.all([accounts.inspectToken(token), accounts.readAppSubscription()]);
  const facts = { ...base, token: report.ok ? report.value : null, app: app.ok ? app.value : null };
  const refusedAs = report.ok ? null : report.refusal.kind;
  // a dead token reads nothing, and Meta counts what it is asked; who is away would let a person wait once more
  if (report.ok && !(report.value.valid && report.value.ours)) return { facts, report: report.value, refusedAs };
  if (refusedAs === "transport" || refusedAs === "not_sent") return { facts, report: null, refusedAs };
  const [account, number, subscribed] = await Promise.all([
    accounts.readAccount(channel.wabaId, token),
    accounts.readStanding(channel.phoneNumberId, token),
    accounts.isSubscribed(channel.wabaId, token),
  ]);
  return {
    facts: {
      ...facts,
      account: partOf(account, ({ review, businessVerification }) => ({ review, verification: businessVerification })),
      number: partOf(number, (value) => ({ ...value, tier: value.limit })),
      subscribed: subscribed.ok ? subscribed.value : null,
    },
    report: report.ok ? report.value : null,
    refusedAs,
  };
}

/** Only a refusal of the token says that access is gone; any other says nothing. */
function partOf<T, P>(answer: AccountAnswer<T>, read: (value: T) => P): P | "refused" | null {
  if (answer.ok) return read(answer.value);
  return answer.refusal.kind === "auth" ? "refused" : null;
}

/** Step: the checks of a look, with what our own rows add to it. */
export async function judge(sql: Sql, channel: ChannelRow, { facts }: Look): Promise<Check[]> {
  const own = await readOwnFacts(sql, channel.id, channel.wabaId);
  return checksOf({ ...facts, ...own }, sql.ctx.now.getTime());
}

/** Its account's templates as last read, and when a client last wrote to it. */
async function readOwnFacts(
  sql: Sql,
  channelId: Id<"channel">,
  wabaId: string,
): Promise<Pick<StandingFacts, "templates" | "lastInboundAt" | "appSeenAt">> {
  const [row] = await sql.rows<{ approved: number; known: number; last: Date | null; app: Date | null }>(
    "standing.own",
    `select (select count(*)::int from templates where org_id = $1 and waba_id = $3 and status = 'APPROVED') as approved,
      (select count(*)::int from templates where org_id = $1 and waba_id = $3 and status <> 'DELETED') as known,
      (select max(last_inbound_at) from conversations where org_id = $1 and channel_id = $2) as last,
      (select app_seen_at from channels where org_id = $1 and id = $2) as app`,
    [sql.ctx.orgId, channelId, wabaId],
  );
  return {
    templates: { approved: row?.approved ?? 0, all: row?.known ?? 0 },
    lastInboundAt: row?.last?.getTime() ?? null,
    appSeenAt: row?.app?.getTime() ?? null,
  };
}
