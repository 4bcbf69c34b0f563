import { expect, test } from "vitest";
import { parseNumberNews } from "@/lib/providers/meta/parse-number-news";

const told = (field: string, value: object) => parseNumberNews(field, { entryTime: "1790000000", value });
const PHONE = { display_phone_number: "+55 11 98888-0001" };

test("each field is read in the words of Meta's own answers, with its number and its time", () => {
  expect(told("phone_number_quality_update", { ...PHONE, event: "FLAGGED", current_limit: "TIER_2K" })).toEqual({
    phone: "5511988880001",
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
