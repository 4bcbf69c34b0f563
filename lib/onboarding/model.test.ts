import { expect, test } from "vitest";
import {
  causeOf,
  chooseAccount,
  chooseNumber,
  claimText,
  isFinished,
  looksLikeClaim,
  type NumberFacts,
  needsRegistration,
  nextStep,
  RETRIES,
  type Refusal,
  retryAfter,
  STEPS,
  type StepRow,
  type StepState,
} from "@/lib/onboarding/model";

const row = (step: StepRow["step"], state: StepState): StepRow => ({
  step,
  state,
  attempts: 1,
  cause: null,
  code: null,
  subcode: null,
});
const number = (id: string, more: Partial<NumberFacts> = {}): NumberFacts => ({
  id,
  status: "PENDING",
  platform: "NOT_APPLICABLE",
  onBusinessApp: false,
  ...more,
});
const refusal = (kind: Refusal["kind"], code: number | null = null, subcode: number | null = null) => ({
  kind,
  code,
  subcode,
});

test("steps run in order; one that waits for a person stops the journey, one left running is taken up again", () => {
  expect(nextStep([])).toBe("exchange");
  expect(nextStep([row("exchange", "done"), row("prove", "running")])).toBe("prove");
  expect(nextStep([row("exchange", "done"), row("prove", "failed"), row("account", "waiting")])).toBeNull();
  expect(nextStep([row("exchange", "done"), row("prove", "asked")])).toBeNull();
  expect(nextStep(STEPS.map((s) => row(s, "done")))).toBeNull();
  expect(isFinished(STEPS.map((s, i) => row(s, i % 2 ? "done" : "skipped")))).toBe(true);
  expect(isFinished(STEPS.slice(1).map((s) => row(s, "done")))).toBe(false);
});

test("a hint is followed only where it is proven", () => {
  const hints = (wabaId: string | null, phoneNumberId: string | null = null) => ({ wabaId, phoneNumberId });
  expect(chooseAccount(hints("2"), ["1", "2"])).toEqual({ kind: "one", value: "2" });
  expect(chooseAccount(hints("9"), ["1", "2"])).toEqual({ kind: "many" });
  expect(chooseAccount(hints("9"), ["1"])).toEqual({ kind: "one", value: "1" });
  expect(chooseAccount(hints(null), [])).toEqual({ kind: "none" });
  expect(chooseNumber(hints(null, "b"), "new", [number("a"), number("b")])).toMatchObject({ value: { id: "b" } });
  expect(chooseNumber(hints(null), "new", [number("a"), number("b")])).toEqual({ kind: "many" });
  expect(chooseNumber(hints(null, "a"), "coexistence", [number("a"), number("b", { onBusinessApp: true })])).toMatchObject({
    value: { id: "b" },
  });
});

test("a number of the phone app is never registered, nor one that works already", () => {
  expect(needsRegistration(number("a"))).toBe(true);
  expect(needsRegistration(number("a", { onBusinessApp: true }))).toBe(false);
  expect(needsRegistration(number("a", { status: "CONNECTED", platform: "CLOUD_API" }))).toBe(false);
  expect(needsRegistration(number("a", { status: "CONNECTED", platform: "ON_PREMISE" }))).toBe(true);
});

test("refusals become causes; only what may pass by itself is tried again by itself, and not for ever", () => {
  expect(causeOf(refusal("refused", 100, 36007))).toBe("code_expired");
  expect(causeOf(refusal("auth", 190, 463))).toBe("token_refused");
  expect(causeOf(refusal("refused", 133016))).toBe("registration_limit");
  expect(causeOf(refusal("refused", 4711))).toBe("refused");
  expect(causeOf(refusal("transport", 2))).toBe("unreachable");
  expect(retryAfter(refusal("auth", 190), 1)).toBeNull();
  expect(retryAfter(refusal("refused", 133005), 1)).toBeNull();
  expect(RETRIES.map((_, i) => retryAfter(refusal("transport"), i + 1))).toEqual([...RETRIES]);
  expect(retryAfter(refusal("not_sent"), RETRIES.length + 1)).toBeNull();
});

test("what is sent says what it does, in every language, and is known by its whole shape", () => {
  for (const locale of ["en", "id", "pt-BR"] as const) {
    const text = claimText(locale, "Santoso\n\u202e& Partners", "0123456789ABCDEF");
    expect(text).toContain('"Santoso & Partners"');
    expect(looksLikeClaim(claimText(locale, "é😀".repeat(400), "0123456789ABCDEF"))).toBe(true);
    expect(text).toMatch(/Parley.*: 0123-4567-89AB-CDEF$/);
    expect(looksLikeClaim(text)).toBe(true);
    for (const other of [
      `${text}.`,
      `${text}\n${text}`,
      text.toLowerCase(),
      text.slice(-19),
      `x\n${text}`,
      "x".repeat(240) + text,
    ])
      expect(looksLikeClaim(other), other).toBe(false);
  }
});
