import { describe, expect, test } from "vitest";
import {
  CHECKS,
  type CheckName,
  checksOf,
  isChange,
  type NumberStanding,
  remedyOf,
  type StandingFacts,
  warningOf,
} from "@/lib/channels/model";
import { days } from "@/lib/kernel/time";

const NOW = Date.UTC(2026, 10, 26);
const HOOK = "https://hooks.parley.test/api/webhooks/whatsapp";
const NUMBER: NumberStanding = {
  status: "CONNECTED",
  platform: "CLOUD_API",
  nameStatus: "APPROVED",
  quality: "GREEN",
  tier: "TIER_2K",
  throughput: "STANDARD",
  callback: HOOK,
  health: { can: "AVAILABLE", limitedBy: [], codes: [] },
};
const FIELDS = [
  "messages",
  "message_template_status_update",
  "account_update",
  "account_review_update",
  "phone_number_name_update",
  "phone_number_quality_update",
];
const GOOD: StandingFacts = {
  hasToken: true,
  token: { valid: true, ours: true, expiresAt: null, dataAccessExpiresAt: null },
  account: { review: "APPROVED", verification: "verified" },
  number: NUMBER,
  subscribed: true,
  app: { callback: HOOK, fields: FIELDS },
  ours: { callbacks: [HOOK, "https://hooks.parley.test/api/whatsapp/webhook"], provider: "https://graph.facebook.com" },
  coexistence: false,
  templates: { approved: 2, all: 3 },
  appSeenAt: null,
  lastInboundAt: NOW - days(1),
};
const DARK: StandingFacts = { ...GOOD, token: null, account: null, number: null, subscribed: null, app: null };
const one = (check: CheckName, facts: Partial<StandingFacts>) => {
  const found = checksOf({ ...GOOD, ...facts }, NOW).find((c) => c.check === check);
  return [found?.state, found?.cause];
};
const number = (part: Partial<NumberStanding>): Partial<StandingFacts> => ({ number: { ...NUMBER, ...part } });
const token = (part: Partial<NonNullable<StandingFacts["token"]>>): Partial<StandingFacts> => ({
  token: { valid: true, ours: true, expiresAt: null, dataAccessExpiresAt: null, ...part },
});
const at = (callback: string, provider = "https://graph.facebook.com"): Partial<StandingFacts> => ({
  ours: { callbacks: [callback], provider },
});

test("a good number passes everything but the payment method, of which nobody tells", () => {
  const checks = checksOf(GOOD, NOW);
  expect(checks.map((c) => c.check)).toEqual(CHECKS.filter((c) => c !== "phone_app"));
  expect(checks.filter((c) => c.state !== "pass").map((c) => [c.check, c.state, c.cause])).toEqual([
    ["payment", "unknown", "not_told"],
  ]);
});

test("when nobody answers, what the provider knows is unknown and nothing fails", () => {
  const checks = checksOf(DARK, NOW);
  expect(checks.filter((c) => c.state === "fail")).toEqual([]);
  expect(checks.filter((c) => c.state === "pass").map((c) => c.check)).toEqual(["public_address", "templates", "inbound"]);
  expect(checks.filter((c) => c.state === "unknown").every((c) => c.cause === "unreached")).toBe(true);
});

describe("each check can fail", () => {
  test.each<[CheckName, Partial<StandingFacts>, string]>([
    ["token", { hasToken: false, token: null }, "no_token"],
    ["token", token({ valid: false }), "token_dead"],
    ["token", token({ ours: false }), "token_foreign"],
    ["token", { account: "refused", number: "refused" }, "not_granted"],
    ["token_expiry", token({ expiresAt: NOW + days(13) }), "expires_soon"],
    ["token_expiry", token({ expiresAt: NOW - 1 }), "expired"],
    ["data_access", token({ dataAccessExpiresAt: NOW + days(3) }), "expires_soon"],
    ["registration", number({ status: "PENDING" }), "not_registered"],
    ["registration", number({ status: "DELETED" }), "number_gone"],
    ["registration", number({ status: "BANNED" }), "number_banned"],
    ["registration", number({ status: "FLAGGED" }), "number_limited"],
    ["registration", number({ platform: "ON_PREMISE" }), "not_on_cloud"],
    ["sending", number({ health: { can: "LIMITED", limitedBy: ["WABA"], codes: [] } }), "sending_limited"],
    ["sending", number({ health: { can: "BLOCKED", limitedBy: ["WABA"], codes: [] } }), "sending_blocked"],
    ["subscription", { subscribed: false }, "not_subscribed"],
    ["fields", { app: { callback: HOOK, fields: ["messages"] } }, "fields_missing"],
    ["fields", { coexistence: true }, "fields_missing"],
    ["callback", number({ callback: "https://elsewhere.test/api/webhooks/whatsapp" }), "callback_elsewhere"],
    ["callback", { ...number({ callback: null }), app: { callback: null, fields: FIELDS } }, "callback_missing"],
    ["public_address", at("http://hooks.parley.test/x"), "address_not_https"],
    ["public_address", at("https://localhost:3001/x"), "address_private"],
    ["public_address", at("https://127.0.0.1/x"), "address_private"],
    ["public_address", at("https://192.168.1.2/x"), "address_private"],
    ["public_address", at("https://[::1]/x"), "address_private"],
    ["review", { account: { review: "PENDING", verification: null } }, "review_pending"],
    ["review", { account: { review: "REJECTED", verification: null } }, "review_rejected"],
    ["verification", { account: { review: null, verification: "not_verified" } }, "unverified"],
    ["verification", { account: { review: null, verification: "pending" } }, "verification_pending"],
    ["verification", { account: { review: null, verification: "rejected" } }, "verification_refused"],
    ["name", number({ nameStatus: "PENDING_REVIEW" }), "name_pending"],
    ["name", number({ nameStatus: "DECLINED" }), "name_declined"],
    ["name", number({ nameStatus: "NONE" }), "name_missing"],
    ["quality", number({ quality: "YELLOW" }), "quality_medium"],
    ["quality", number({ quality: "RED" }), "quality_low"],
    ["payment", number({ health: { can: "BLOCKED", limitedBy: ["WABA"], codes: [141006] } }), "payment_problem"],
    ["templates", { templates: { approved: 0, all: 1 } }, "no_template"],
  ])("%s: %o", (check, facts, cause) => {
    expect(one(check, facts)).toEqual(["fail", cause]);
    const { fix, by } = remedyOf(cause);
    expect([typeof fix, by === "nobody"]).toEqual(["string", false]);
  });
});

describe("what is not told is not guessed at", () => {
  test.each<[CheckName, Partial<StandingFacts>]>([
    ["registration", number({ status: "SOMETHING_NEW" })],
    ["registration", number({ platform: null })],
    ["registration", number({ status: "constructor" })],
    ["sending", number({ health: null })],
    ["review", { account: { review: null, verification: null } }],
    ["verification", { account: { review: null, verification: "unheard_of" } }],
    ["name", number({ nameStatus: null })],
    ["quality", number({ quality: "UNKNOWN" })],
    ["tier", number({ tier: "TIER_NOT_SET" })],
    ["tier", number({ tier: null })],
    ["throughput", number({ throughput: "NOT_APPLICABLE" })],
    ["payment", number({ health: null })],
  ])("%s: %o", (check, facts) => expect(one(check, facts)).toEqual(["unknown", "not_told"]));

  test("our own rows may not know either", () => {
    expect(one("templates", { templates: { approved: 0, all: 0 } })).toEqual(["unknown", "templates_unread"]);
    expect(one("inbound", { lastInboundAt: null })).toEqual(["unknown", "nothing_yet"]);
  });
  test("a refused token says nothing of the number", () => {
    expect(one("quality", { number: "refused" })).toEqual(["unknown", "unreached"]);
    expect(one("review", { account: "refused" })).toEqual(["unknown", "unreached"]);
  });
});

test("every address of ours is here, those of one organisation too; another on the same host is not", () => {
  for (const callback of [HOOK, "https://hooks.parley.test/api/whatsapp/webhook", `${HOOK}/t/abcdefghijklmnop`])
    expect(one("callback", number({ callback }))).toEqual(["pass", null]);
  expect(one("callback", number({ callback: "https://hooks.parley.test/old" }))).toEqual(["fail", "callback_elsewhere"]);
  expect(one("callback", number({ callback: null }))).toEqual(["pass", null]); // the app's own
});

test("a provider on the same machine reaches an address that nobody else does", () =>
  expect(one("public_address", at("http://127.0.0.1:3001/x", "http://127.0.0.1:4010"))).toEqual(["pass", null]));

test("a warning is of the threshold crossed last, none before the first and after the end", () => {
  expect([20, 14, 13.9, 7, 6.9, 1, 0.5, 0, -1].map((n) => warningOf(NOW + days(n), NOW))).toEqual([
    null,
    14,
    14,
    7,
    7,
    1,
    1,
    null,
    null,
  ]);
  expect(warningOf(null, NOW)).toBe(null);
});

test("a change is one of state, cause or word; a first look and silence are none", () => {
  const pass = { state: "pass", cause: null, value: "GREEN" };
  expect(isChange(null, pass)).toBe(false);
  expect(isChange(pass, pass)).toBe(false);
  expect(isChange(pass, { state: "unknown", cause: "unreached", value: null })).toBe(false);
  expect(isChange(pass, { state: "unknown", cause: "not_told", value: "UNKNOWN" })).toBe(true);
  expect(isChange(pass, { ...pass, value: "HIGH" })).toBe(true);
  expect(isChange(pass, { state: "fail", cause: "quality_low", value: "RED" })).toBe(true);
});

test("a number of the phone app says when its app was last heard of, and when Meta would leave; any other has no such check", () => {
  const of = (appSeenAt: number | null, coexistence = true) =>
    checksOf({ ...GOOD, coexistence, appSeenAt }, NOW).find((c) => c.check === "phone_app");
  expect(of(NOW - days(10))).toMatchObject({ state: "pass", at: NOW - days(10) });
  expect(of(NOW - days(10) - 1)).toMatchObject({
    state: "fail",
    cause: "app_unopened",
    fix: "open_app",
    at: NOW + days(4) - 1,
  });
  expect(of(null)).toMatchObject({ state: "unknown" });
  expect(of(NOW, false)).toBeUndefined();
});
