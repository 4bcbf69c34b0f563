/** How a connected number stands: from facts about it to a list of checks. What nobody told is `unknown`, never a guess. Pure. */
import { days } from "@/lib/kernel/time";

/** In the order in which they are shown: what stops everything first. */
export const CHECKS = [
  "token",
  "token_expiry",
  "data_access",
  "registration",
  "sending",
  "subscription",
  "fields",
  "callback",
  "public_address",
  "review",
  "verification",
  "name",
  "quality",
  "tier",
  "throughput",
  "payment",
  "templates",
  "inbound",
  "phone_app",
] as const;
export type CheckName = (typeof CHECKS)[number];
export type CheckState = "pass" | "fail" | "unknown";
/** Who can mend it: an admin of the firm in Meta's settings, Meta's review, whoever operates this installation; nobody has to. */
export type By = "admin" | "meta" | "operator" | "nobody";

/** Why a check does not pass, with its fix and who can do it; the catalogues hold a sentence for each cause and each fix. */
export const CAUSES = {
  no_token: { fix: "connect_again", by: "admin" },
  token_dead: { fix: "connect_again", by: "admin" },
  token_foreign: { fix: "connect_again", by: "admin" },
  not_granted: { fix: "share_again", by: "admin" },
  expires_soon: { fix: "renew", by: "admin" },
  expired: { fix: "connect_again", by: "admin" },
  not_registered: { fix: "connect_again", by: "admin" },
  number_gone: { fix: "connect_again", by: "admin" },
  number_banned: { fix: "appeal", by: "admin" },
  number_limited: { fix: "improve_quality", by: "admin" },
  not_on_cloud: { fix: "connect_again", by: "admin" },
  sending_limited: { fix: "support_home", by: "admin" },
  sending_blocked: { fix: "support_home", by: "admin" },
  not_subscribed: { fix: "subscribe_again", by: "operator" },
  fields_missing: { fix: "subscribe_fields", by: "operator" },
  callback_missing: { fix: "set_callback", by: "operator" },
  callback_elsewhere: { fix: "set_callback", by: "operator" },
  address_not_https: { fix: "set_address", by: "operator" },
  address_private: { fix: "set_address", by: "operator" },
  review_pending: { fix: "wait_review", by: "meta" },
  review_rejected: { fix: "appeal", by: "admin" },
  unverified: { fix: "verify_business", by: "admin" },
  verification_pending: { fix: "wait_review", by: "meta" },
  verification_refused: { fix: "verify_business", by: "admin" },
  name_pending: { fix: "wait_review", by: "meta" },
  name_declined: { fix: "change_name", by: "admin" },
  name_missing: { fix: "change_name", by: "admin" },
  quality_medium: { fix: "improve_quality", by: "admin" },
  quality_low: { fix: "improve_quality", by: "admin" },
  app_unopened: { fix: "open_app", by: "admin" },
  payment_problem: { fix: "add_payment", by: "admin" },
  no_template: { fix: "make_template", by: "admin" },
  /** It was not asked, or nobody answered. */
  unreached: { fix: "check_later", by: "nobody" },
  /** Meta answered, and says nothing of it that we understand. */
  not_told: { fix: "look_at_meta", by: "admin" },
  templates_unread: { fix: "read_templates", by: "admin" },
  nothing_yet: { fix: "write_to_it", by: "admin" },
} as const satisfies Record<string, { fix: string; by: By }>;
export type Cause = keyof typeof CAUSES;

export interface Check {
  check: CheckName;
  state: CheckState;
  /** Null when it passes. */
  cause: Cause | null;
  fix: string | null;
  by: By;
  /** Meta's own word, or the names of what is missing; never content. */
  value: string | null;
  /** Milliseconds since 1970: when it ends, or when it last was. */
  at: number | null;
}

/** What is known of a number. Null: it was not told, because nobody asked or nobody answered. */
export interface StandingFacts {
  hasToken: boolean;
  token: { valid: boolean; ours: boolean; expiresAt: number | null; dataAccessExpiresAt: number | null } | null;
  /** `refused`: the token lives and may not read the account. */
  account: { review: string | null; verification: string | null } | "refused" | null;
  number: NumberStanding | "refused" | null;
  subscribed: boolean | null;
  app: { callback: string | null; fields: string[] } | null;
  /** Where this installation listens, the address it names first; and where the provider itself is. */
  ours: { callbacks: string[]; provider: string };
  coexistence: boolean;
  /** When the phone app was last heard of; of numbers that live on one. */
  appSeenAt: number | null;
  /** Templates of the account as last read. */
  templates: { approved: number; all: number };
  lastInboundAt: number | null;
}
export interface NumberStanding {
  status: string | null;
  platform: string | null;
  nameStatus: string | null;
  quality: string | null;
  tier: string | null;
  throughput: string | null;
  /** Where this number's webhooks go; null when it was not told. */
  callback: string | null;
  /** Addresses set for it, or for its account, alone. */
  overrides?: { number: string | null; account: string | null };
  health: { can: string | null; limitedBy: string[]; codes: number[] } | null;
}

/** Meta disconnects a number whose phone app was not opened for about this long. Source: Meta, Coexistence, PRIMARY_INACTIVITY. */
export const APP_LEAVES = days(14);
/** After this long without a word from the app somebody is reminded to open it. */
export const APP_QUIET = days(10);

/** A person is warned this many days before a token ends. */
export const WARN_DAYS = [1, 7, 14] as const;

/** The threshold that has been crossed last before `expiresAt`; null before the first one, and after the end. */
export function warningOf(expiresAt: number | null, now: number): (typeof WARN_DAYS)[number] | null {
  if (expiresAt === null || expiresAt <= now) return null;
  return WARN_DAYS.find((n) => expiresAt - now <= days(n)) ?? null;
}

/** The fields without which something of the product stays silent. */
const FIELDS = [
  "messages",
  "message_template_status_update",
  "account_update",
  "account_review_update",
  "phone_number_name_update",
  "phone_number_quality_update",
];
const APP_FIELDS = ["history", "smb_app_state_sync", "smb_message_echoes"];
/** Meta's code for an account without a payment method that works. */
const PAYMENT = 141006;

type Verdict = { state: CheckState; cause?: Cause; value?: string | null; at?: number | null };
const pass = (value: string | null = null, at: number | null = null): Verdict => ({ state: "pass", value, at });
const fail = (cause: Cause, value: string | null = null, at: number | null = null): Verdict => ({
  state: "fail",
  cause,
  value,
  at,
});
const unknown = (cause: Cause = "unreached", value: string | null = null): Verdict => ({ state: "unknown", cause, value });

/** A word of Meta's, judged by a table; a word that is not in it is not guessed at. */
const judged = (word: string | null, table: Record<string, Cause | "pass">): Verdict => {
  const verdict = word === null ? undefined : Object.hasOwn(table, word) ? table[word] : undefined;
  if (verdict === undefined) return unknown("not_told", word);
  return verdict === "pass" ? pass(word) : fail(verdict, word);
};

const told = <T extends object>(part: T | "refused" | null): T | null => (part === "refused" ? null : part);

const VERDICTS: Record<CheckName, (facts: StandingFacts, now: number) => Verdict> = {
  token: (facts) => {
    if (!facts.hasToken) return fail("no_token");
    if (facts.token === null) return unknown();
    if (!facts.token.valid) return fail("token_dead");
    if (!facts.token.ours) return fail("token_foreign");
    return facts.account === "refused" || facts.number === "refused" ? fail("not_granted") : pass();
  },
  token_expiry: ({ token }, now) => (token === null ? unknown() : ending(token.expiresAt, now)),
  data_access: ({ token }, now) => (token === null ? unknown() : ending(token.dataAccessExpiresAt, now)),
  registration: ({ number }) => {
    const it = told(number);
    if (it === null) return unknown();
    const verdict = judged(it.status, STATUS);
    if (verdict.state !== "pass") return verdict;
    if (it.platform === null) return unknown("not_told");
    return it.platform === "CLOUD_API" ? verdict : fail("not_on_cloud", it.platform);
  },
  sending: ({ number }) => {
    const it = told(number);
    if (it === null) return unknown();
    const verdict = judged(it.health?.can ?? null, {
      AVAILABLE: "pass",
      LIMITED: "sending_limited",
      BLOCKED: "sending_blocked",
    });
    return verdict.state === "fail" ? { ...verdict, value: it.health?.limitedBy.join(", ") || verdict.value } : verdict;
  },
  subscription: ({ subscribed }) => (subscribed === null ? unknown() : subscribed ? pass() : fail("not_subscribed")),
  fields: ({ app, coexistence }) => {
    if (app === null) return unknown();
    const missing = [...FIELDS, ...(coexistence ? APP_FIELDS : [])].filter((field) => !app.fields.includes(field));
    return missing.length === 0 ? pass() : fail("fields_missing", missing.join(", "));
  },
  callback: ({ number, app, ours }) => {
    const it = told(number);
    if (it === null && app === null) return unknown();
    const goesTo = it?.callback ?? app?.callback ?? null;
    if (goesTo === null) return app === null ? unknown("not_told") : fail("callback_missing");
    const host = hostOf(goesTo);
    const here = ours.callbacks.includes(goesTo) || ours.callbacks.some((one) => goesTo.startsWith(`${one}/t/`));
    return here ? pass(host) : fail("callback_elsewhere", host);
  },
  public_address: ({ ours }) => {
    const [first] = ours.callbacks;
    if (first === undefined) return unknown("not_told");
    // a provider on this very machine reaches what nobody else does
    if (isPrivateHost(first) && !isPrivateHost(ours.provider)) return fail("address_private", hostOf(first));
    return first.startsWith("https://") || isPrivateHost(ours.provider)
      ? pass(hostOf(first))
      : fail("address_not_https", hostOf(first));
  },
  review: ({ account }) => (told(account) === null ? unknown() : BY_WORD.review(told(account)?.review ?? null)),
  verification: ({ account }) =>
    told(account) === null ? unknown() : judged(told(account)?.verification?.toLowerCase() ?? null, VERIFICATION),
  name: ({ number }) => (told(number) === null ? unknown() : BY_WORD.name(told(number)?.nameStatus ?? null)),
  quality: ({ number }) => (told(number) === null ? unknown() : BY_WORD.quality(told(number)?.quality ?? null)),
  tier: ({ number }) => (told(number) === null ? unknown() : BY_WORD.tier(told(number)?.tier ?? null)),
  throughput: ({ number }) => (told(number) === null ? unknown() : BY_WORD.throughput(told(number)?.throughput ?? null)),
  payment: ({ number }) => {
    const it = told(number);
    if (it === null) return unknown();
    // Meta tells of a payment method only when it is in the way
    return it.health?.codes.includes(PAYMENT) ? fail("payment_problem") : unknown("not_told");
  },
  templates: ({ templates: { approved, all } }) =>
    approved > 0 ? pass() : all > 0 ? fail("no_template") : unknown("templates_unread"),
  phone_app: ({ appSeenAt }, now) => {
    if (appSeenAt === null) return unknown("not_told");
    return now - appSeenAt > APP_QUIET ? fail("app_unopened", null, appSeenAt + APP_LEAVES) : pass(null, appSeenAt);
  },
  inbound: ({ lastInboundAt }) => (lastInboundAt === null ? unknown("nothing_yet") : pass(null, lastInboundAt)),
};

const STATUS: Record<string, Cause | "pass"> = {
  CONNECTED: "pass",
  PENDING: "not_registered",
  DISCONNECTED: "not_registered",
  UNVERIFIED: "not_registered",
  MIGRATED: "number_gone",
  DELETED: "number_gone",
  BANNED: "number_banned",
  FLAGGED: "number_limited",
  RESTRICTED: "number_limited",
  RATE_LIMITED: "number_limited",
};
const VERIFICATION: Record<string, Cause | "pass"> = {
  verified: "pass",
  not_verified: "unverified",
  pending: "verification_pending",
  pending_submission: "unverified",
  pending_need_more_info: "verification_refused",
  rejected: "verification_refused",
  failed: "verification_refused",
  expired: "verification_refused",
  revoked: "verification_refused",
};
const NAME: Record<string, Cause | "pass"> = {
  APPROVED: "pass",
  AVAILABLE_WITHOUT_REVIEW: "pass",
  PENDING_REVIEW: "name_pending",
  DECLINED: "name_declined",
  EXPIRED: "name_declined",
  NONE: "name_missing",
};

const ending = (at: number | null, now: number): Verdict => {
  if (at === null) return pass();
  if (at <= now) return fail("expired", null, at);
  return warningOf(at, now) === null ? pass(null, at) : fail("expires_soon", null, at);
};
/** New people a day, of Meta's word for it: infinite for no limit, null for another word. Source: Meta, Messaging limits. */
export function peopleADay(word: string): number | null {
  const [, n, thousands] = /^TIER_(\d+)(K?)$/.exec(word) ?? [];
  if (n === undefined) return word === "TIER_UNLIMITED" ? Number.POSITIVE_INFINITY : null;
  return Number(n) * (thousands ? 1000 : 1);
}
const tier = (word: string | null): Verdict =>
  word !== null && peopleADay(word) !== null ? pass(word) : unknown("not_told", word);

/** The checks that hang on one word of Meta's, which it also tells by itself. */
const BY_WORD = {
  review: (word: string | null) => judged(word, REVIEW),
  name: (word: string | null) => judged(word, NAME),
  quality: (word: string | null) => judged(word, QUALITY),
  tier,
  throughput: (word: string | null) => judged(word, { STANDARD: "pass", HIGH: "pass" }),
};
export type ToldCheck = keyof typeof BY_WORD;
const REVIEW: Record<string, Cause | "pass"> = {
  APPROVED: "pass",
  PENDING: "review_pending",
  DEFERRED: "review_pending",
  REJECTED: "review_rejected",
};
const QUALITY: Record<string, Cause | "pass"> = { GREEN: "pass", YELLOW: "quality_medium", RED: "quality_low" };

/** How a check stands by a word that Meta told: as if a look had found it. */
export function judgeTold(check: ToldCheck, word: string): Known {
  const { state, cause = null, value = null } = BY_WORD[check](word);
  return { state, cause, value };
}

/** The host of an address, which alone may be shown: the rest may be a secret. */
export const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).host : null);
const PRIVATE = /^(localhost|.*\.localhost|.*\.local|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|0\.0\.0\.0|\[)/;
/** Hosts that are reached from their own machine or network only; an address in brackets is taken for one as well. */
const isPrivateHost = (url: string): boolean => !URL.canParse(url) || PRIVATE.test(new URL(url).hostname);

/** A number's checks, all of them, in the order of `CHECKS`. */
export function checksOf(facts: StandingFacts, now: number): Check[] {
  return CHECKS.filter((check) => check !== "phone_app" || facts.coexistence).map((check) => {
    const { state, cause = null, value = null, at = null } = VERDICTS[check](facts, now);
    return { check, state, cause, ...remedyOf(cause), value: value?.slice(0, 200) ?? null, at };
  });
}

/** The fix of a cause and who can do it. */
export function remedyOf(cause: string | null): { fix: string | null; by: By } {
  return cause !== null && isCause(cause) ? CAUSES[cause] : { fix: null, by: "nobody" };
}
const isCause = (cause: string): cause is Cause => Object.hasOwn(CAUSES, cause);

/** What a check was when it was last known. */
export interface Known {
  state: string;
  cause: string | null;
  value: string | null;
}

/**
 * Whether a check came out otherwise than when it was last known. One that nobody answered says nothing, and a first look
 * changes nothing.
 */
export const isChange = (before: Known | null, after: Known): boolean =>
  before !== null &&
  after.cause !== "unreached" &&
  (before.state !== after.state || before.cause !== after.cause || before.value !== after.value);
