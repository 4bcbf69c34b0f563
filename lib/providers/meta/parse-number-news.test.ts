import { expect, test } from "vitest";
import { parseNumberNews } from "@/lib/providers/meta/parse-number-news";

const told = (field: string, value: object) => parseNumberNews(field, { entryTime: "1790000000", value });
const PHONE = { display_phone_number: "+55 11 98888-0001" };

test("each field is read in the words of Meta's own answers, with its number and its time", () => {
  expect(told("phone_number_quality_update", { ...PHONE, event: "FLAGGED", current_limit: "TIER_2K" })).toEqual({
    phone: "5511988880001",
    phoneNumberId: null,
    events: [],
    facts: [
      { check: "quality", word: "RED" },
      { check: "tier", word: "TIER_2K" },
    ],
    at: new Date(1_790_000_000_000),
  });
  expect(told("phone_number_name_update", { ...PHONE, decision: "REJECTED" })?.facts).toEqual([
    { check: "name", word: "DECLINED" },
  ]);
  expect(told("account_review_update", { decision: "REJECTED" })).toMatchObject({ phone: null, facts: [{ word: "REJECTED" }] });
});

test("a limit comes as number, tier or minus one", () => {
  const limit = (n: unknown) => told("business_capability_update", { max_daily_conversations_per_business: n })?.facts[0]?.word;
  expect([2000, 250, -1, "TIER_10K"].map(limit)).toEqual(["TIER_2K", "TIER_250", "TIER_UNLIMITED", "TIER_10K"]);
  expect(limit({})).toBeUndefined();
});

test("what is unknown, uncertain or of another field says nothing", () => {
  expect(told("phone_number_quality_update", { ...PHONE, event: "UNFLAGGED" })).toBeNull();
  expect(told("phone_number_name_update", { ...PHONE, decision: "constructor" })).toBeNull();
  expect(told("messages", { decision: "APPROVED" })).toBeNull();
});

test("what happened to an account or a number is told in Meta's own words, bounded", () => {
  const said = (field: string, value: object) => told(field, value)?.events;
  const until = { expiration: 1_790_604_800 };
  expect(
    said("account_update", {
      event: "ACCOUNT_RESTRICTION",
      restriction_info: [
        { restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING", ...until },
        { restriction_type: "<b>" },
        { restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING" },
      ],
      violation_info: { violation_type: "ADULT" },
    }),
  ).toEqual([{ what: "account", word: "ACCOUNT_RESTRICTION", detail: "2026-09-28, RESTRICTED_BIZ_INITIATED_MESSAGING, ADULT" }]);
  const many = Array.from({ length: 40 }, (_, i) => ({ restriction_type: `RESTRICTED_${i}` }));
  const long = said("account_update", { event: "ACCOUNT_RESTRICTION", restriction_info: many })?.[0]?.detail ?? "";
  expect(long.length).toBeLessThanOrEqual(200);
  expect(long).toMatch(/RESTRICTED_\d+$/);
  const banned = { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE", waba_ban_date: "November 3, 2026" } };
  expect(said("account_update", banned)).toEqual([{ what: "account", word: "DISABLE", detail: null }]);
  expect(told("account_update", { phone_number: "5511988880001", event: "VERIFIED_ACCOUNT" })).toMatchObject({
    phone: "5511988880001",
    events: [{ what: "account", word: "VERIFIED_ACCOUNT" }],
  });
  expect(said("security", { ...PHONE, event: "PIN_CHANGED" })).toEqual([{ what: "security", word: "PIN_CHANGED", detail: null }]);
  const alert = { alert_severity: "CRITICAL", alert_type: "OBA_REJECTED", alert_description: "free words" };
  const nested = told("account_alerts", { entity_type: "PHONE_NUMBER", entity_id: "300", alert_info: alert });
  expect(nested).toMatchObject({ phoneNumberId: "300", events: [{ what: "alert", word: "OBA_REJECTED", detail: "CRITICAL" }] });
  expect(told("account_alerts", { entity_type: "WABA", entity_id: "200", ...alert })).toMatchObject({
    phoneNumberId: null,
    events: [{ word: "OBA_REJECTED" }],
  });
  for (const event of ["PARTNER_REMOVED", "constructor", "", 7]) expect(told("account_update", { event })).toBeNull();
  expect(told("security", { event: "a sentence" })).toBeNull();
});
