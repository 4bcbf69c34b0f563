/** The effect of each step, outside any transaction. A step that changes something at the provider looks first: what is done already is not done again. */
import { randomInt } from "node:crypto";
import { Secret } from "@/lib/kernel/secret";
import type { Facts } from "@/lib/onboarding/facts";
import {
  type Cause,
  causeOf,
  chooseAccount,
  chooseNumber,
  needsRegistration,
  type Path,
  type Step,
} from "@/lib/onboarding/model";
import { metaAccounts } from "@/lib/providers/meta/accounts";
import type { AccountRefusal, SyncKind } from "@/lib/providers/ports";

/** What a step came to. `failed` without a refusal is the step's own verdict. */
export type Outcome =
  | { kind: "done"; facts?: Partial<Facts>; ownerBusinessId?: string | null }
  | { kind: "skipped" }
  | { kind: "asked"; cause: Cause; facts?: Partial<Facts> }
  | { kind: "failed"; cause: Cause; refusal: AccountRefusal | null };

type Running = Exclude<Step, "exchange" | "bind">;

const failed = (cause: Cause): Outcome => ({ kind: "failed", cause, refusal: null });
const refused = (refusal: AccountRefusal): Outcome => ({ kind: "failed", cause: causeOf(refusal), refusal });

/** Runs a step on what is known. `exchange` belongs to the browser's request, `bind` to the database. Never throws for a refusal. */
export async function runStep(step: Running, path: Path, facts: Facts): Promise<Outcome> {
  if (facts.token === null) return failed("token_refused");
  const token = new Secret(facts.token);
  switch (step) {
    case "prove":
      return prove(facts, token);
    case "account":
      return readAccount(facts, token);
    case "subscribe":
      return subscribe(facts, token);
    case "number":
      return findNumber(facts, path, token);
    case "register":
      return register(facts, token);
    case "contacts":
    case "history":
      return requestSync(step, facts, token);
  }
}

/** The token must be valid and ours, and an account counts only if the token reads its numbers: no scope string is believed. */
async function prove({ hints }: Facts, token: Secret): Promise<Outcome> {
  const report = await metaAccounts.inspectToken(token);
  if (!report.ok) return refused(report.refusal);
  const { valid, ours, accounts, userId, expiresAt } = report.value;
  if (!valid)
    return {
      kind: "failed",
      cause: "token_refused",
      refusal: { kind: "auth", code: report.value.code, subcode: report.value.subcode },
    };
  if (!ours) return failed("not_ours");
  const candidates = [...new Set([...(hints.wabaId ? [hints.wabaId] : []), ...accounts])];
  if (candidates.length === 0) return failed("no_account");
  const proven: string[] = [];
  for (const id of candidates) {
    const numbers = await metaAccounts.listNumbers(id, token);
    if (numbers.ok) proven.push(id);
    else if (numbers.refusal.kind === "transport" || numbers.refusal.kind === "not_sent") return refused(numbers.refusal);
  }
  const found = { proven, tokenUserId: userId, tokenExpiresAt: expiresAt };
  const choice = chooseAccount(hints, proven);
  if (choice.kind === "one") return { kind: "done", facts: { ...found, wabaId: choice.value } };
  return choice.kind === "many" ? { kind: "asked", cause: "choose_account", facts: found } : failed("not_granted");
}

async function readAccount({ wabaId }: Facts, token: Secret): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const account = await metaAccounts.readAccount(wabaId, token);
  if (!account.ok) return refused(account.refusal);
  return { kind: "done", facts: { accountName: account.value.name }, ownerBusinessId: account.value.ownerBusinessId };
}

async function subscribe({ wabaId }: Facts, token: Secret): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const before = await metaAccounts.isSubscribed(wabaId, token);
  if (!before.ok) return refused(before.refusal);
  if (before.value) return { kind: "done" };
  const answer = await metaAccounts.subscribe(wabaId, token);
  return answer.ok ? { kind: "done" } : refused(answer.refusal);
}

async function findNumber({ wabaId, hints, pin }: Facts, path: Path, token: Secret): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const numbers = await metaAccounts.listNumbers(wabaId, token);
  if (!numbers.ok) return refused(numbers.refusal);
  const choice = chooseNumber(hints, path, numbers.value);
  const found = { numbers: numbers.value };
  // the PIN is kept before it is used: a crash after the call must not leave a number with a PIN nobody knows
  if (choice.kind === "one") return { kind: "done", facts: { ...found, number: choice.value, pin: pin ?? newPin() } };
  if (choice.kind === "many") return { kind: "asked", cause: "choose_number", facts: found };
  return failed(path === "coexistence" && numbers.value.length > 0 ? "not_on_app" : "no_number");
}

const newPin = () => `${randomInt(1_000_000)}`.padStart(6, "0");

async function register({ wabaId, number, pin }: Facts, token: Secret): Promise<Outcome> {
  if (wabaId === null || number === null || pin === null) return failed("no_number");
  const numbers = await metaAccounts.listNumbers(wabaId, token);
  if (!numbers.ok) return refused(numbers.refusal);
  const now = numbers.value.find((n) => n.id === number.id);
  if (!now) return failed("no_number");
  // it needed one when it was found: the answer to an earlier try of ours was lost, and its PIN is the one we keep
  if (!needsRegistration(now)) return needsRegistration(number) ? { kind: "done" } : { kind: "skipped" };
  const answer = await metaAccounts.register(number.id, pin, token);
  return answer.ok ? { kind: "done" } : refused(answer.refusal);
}

/** Meta takes each request once. Being told that it was made before is as good as having made it. */
const ALREADY = 2_593_107;

async function requestSync(kind: SyncKind, { number }: Facts, token: Secret): Promise<Outcome> {
  if (!number?.onBusinessApp) return { kind: "skipped" };
  const answer = await metaAccounts.requestSync(number.id, kind, token);
  if (answer.ok || answer.refusal.code === ALREADY) return { kind: "done" };
  return refused(answer.refusal);
}
