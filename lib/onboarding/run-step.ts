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
import type { Speaker } from "@/lib/onboarding/speaker";
import type { AccountAdmin, AccountRefusal, SyncKind } from "@/lib/providers/ports";

/** What a step came to. `failed` without a refusal is the step's own verdict. */
export type Outcome =
  | { kind: "done"; facts?: Partial<Facts> }
  | { kind: "skipped" }
  | { kind: "asked"; cause: Cause; facts?: Partial<Facts> }
  | { kind: "failed"; cause: Cause; refusal: AccountRefusal | null };

type Running = Exclude<Step, "exchange" | "approve" | "bind">;

const failed = (cause: Cause): Outcome => ({ kind: "failed", cause, refusal: null });
const refused = (refusal: AccountRefusal): Outcome => ({ kind: "failed", cause: causeOf(refusal), refusal });

/** Who speaks to the provider, and what is known of an attempt before. */
export interface Attempt {
  speaker: Speaker;
  /** It was begun before, and nobody knows how far it came. */
  again: boolean;
}

/**
 * Runs a step on what is known, in an app's name. `exchange` belongs to the browser's request, `approve` and `bind` to the database. Never
 * throws for a refusal.
 */
export async function runStep(step: Running, path: Path, facts: Facts, { speaker, again }: Attempt): Promise<Outcome> {
  if (facts.token === null) return failed("token_refused");
  const token = new Secret(facts.token);
  const { accounts } = speaker;
  switch (step) {
    case "prove":
      return prove(facts, path, token, accounts);
    case "account":
      return readAccount(facts, token, accounts);
    case "subscribe":
      return subscribe(facts, token, accounts);
    case "number":
      return findNumber(facts, path, token, accounts);
    case "callback":
      return direct(facts, path, token, speaker);
    case "register":
      return register(facts, token, accounts, again);
    case "contacts":
    case "history":
      return requestSync(step, facts, token, accounts);
  }
}

/** Meta's "the App_id in the input_token did not match the Viewing App". */
const OF_ANOTHER_APP = 100;

/** The token must be valid and ours, and an account counts only if the token reads its numbers: no scope string is believed. */
async function prove({ hints, onlyFor }: Facts, path: Path, token: Secret, accounts: AccountAdmin): Promise<Outcome> {
  const report = await accounts.inspectToken(token);
  if (!report.ok) {
    // here it is the app that speaks, with nothing but its own id and secret
    const ofApp = path === "manual" && (report.refusal.kind === "auth" || report.refusal.kind === "refused");
    const cause = report.refusal.code === OF_ANOTHER_APP ? "not_own" : "app_refused";
    return ofApp ? { kind: "failed", cause, refusal: report.refusal } : refused(report.refusal);
  }
  const { valid, ours, accounts: named, userId, expiresAt } = report.value;
  if (!valid)
    return {
      kind: "failed",
      cause: "token_refused",
      refusal: { kind: "auth", code: report.value.code, subcode: report.value.subcode },
    };
  if (!ours) return failed(path === "manual" ? "not_own" : "not_ours");
  // what was typed in or proven by code is meant, and nothing else the token may open
  const meant = onlyFor?.wabaId ?? (path === "manual" ? hints.wabaId : null);
  const candidates = meant ? [meant] : [...new Set([...(hints.wabaId ? [hints.wabaId] : []), ...named])];
  if (candidates.length === 0) return failed("no_account");
  const proven: string[] = [];
  for (const id of candidates) {
    const numbers = await accounts.listNumbers(id, token);
    if (numbers.ok) proven.push(id);
    else if (numbers.refusal.kind === "transport" || numbers.refusal.kind === "not_sent") return refused(numbers.refusal);
  }
  const found = { proven, tokenUserId: userId, tokenExpiresAt: expiresAt };
  const choice = chooseAccount(onlyFor ?? hints, proven);
  if (choice.kind === "one") return { kind: "done", facts: { ...found, wabaId: choice.value } };
  return choice.kind === "many" ? { kind: "asked", cause: "choose_account", facts: found } : failed("not_granted");
}

async function readAccount({ wabaId }: Facts, token: Secret, accounts: AccountAdmin): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const account = await accounts.readAccount(wabaId, token);
  if (!account.ok) return refused(account.refusal);
  return { kind: "done", facts: { accountName: account.value.name, ownerBusinessId: account.value.ownerBusinessId } };
}

async function subscribe({ wabaId }: Facts, token: Secret, accounts: AccountAdmin): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const before = await accounts.isSubscribed(wabaId, token);
  if (!before.ok) return refused(before.refusal);
  if (before.value) return { kind: "done" };
  const answer = await accounts.subscribe(wabaId, token);
  return answer.ok ? { kind: "done" } : refused(answer.refusal);
}

/** Meta's "your app must be subscribed" comes without a code of its own. */
const NOT_SUBSCRIBED = 100;

/**
 * Sends the messages to where they belong. With the customer's own app that is always the app's own address, set on the account; with
 * ours only an address set for this account or number that leads elsewhere is put right.
 */
async function direct({ wabaId, number }: Facts, path: Path, token: Secret, speaker: Speaker): Promise<Outcome> {
  if (wabaId === null || number === null) return failed("no_number");
  const { accounts, callback, ours } = speaker;
  const now = await accounts.readStanding(number.id, token);
  if (!now.ok) return refused(now.refusal);
  const { overrides } = now.value;
  const strange = (address: string | null) => address !== null && !ours.includes(address);
  const wanted = {
    account: strange(overrides.account) || (path === "manual" && overrides.account === null),
    number: strange(overrides.number),
  };
  if (!wanted.account && !wanted.number) return path === "manual" ? { kind: "done" } : { kind: "skipped" };
  const set = [
    ...(wanted.account ? [() => accounts.setAccountCallback(wabaId, callback, token)] : []),
    ...(wanted.number ? [() => accounts.setNumberCallback(number.id, callback, token)] : []),
  ];
  for (const one of set) {
    const answer = await one();
    if (answer.ok) continue;
    if (answer.refusal.code !== NOT_SUBSCRIBED || answer.refusal.subcode !== null) return refused(answer.refusal);
    return { kind: "failed", cause: "callback_not_subscribed", refusal: answer.refusal };
  }
  return { kind: "done" };
}

async function findNumber(
  { wabaId, hints, onlyFor, pin }: Facts,
  path: Path,
  token: Secret,
  accounts: AccountAdmin,
): Promise<Outcome> {
  if (wabaId === null) return failed("no_account");
  const numbers = await accounts.listNumbers(wabaId, token);
  if (!numbers.ok) return refused(numbers.refusal);
  const meant = onlyFor ?? hints;
  const exactly = onlyFor !== null || path === "manual";
  if (exactly && !numbers.value.some((n) => n.id === meant.phoneNumberId)) return failed("no_number");
  const choice = chooseNumber(meant, path, numbers.value);
  const found = { numbers: numbers.value };
  // the PIN is kept before it is used: a crash after the call must not leave a number with a PIN nobody knows
  if (choice.kind === "one") return { kind: "done", facts: { ...found, number: choice.value, pin: pin ?? newPin() } };
  if (choice.kind === "many") return { kind: "asked", cause: "choose_number", facts: found };
  return failed(path === "coexistence" && numbers.value.length > 0 ? "not_on_app" : "no_number");
}

const newPin = () => `${randomInt(1_000_000)}`.padStart(6, "0");

/** A number that needed it when it was found, and no more when this is tried again, was registered by the attempt before: its PIN is ours. */
async function register({ wabaId, number, pin }: Facts, token: Secret, accounts: AccountAdmin, again: boolean): Promise<Outcome> {
  if (wabaId === null || number === null || pin === null) return failed("no_number");
  const numbers = await accounts.listNumbers(wabaId, token);
  if (!numbers.ok) return refused(numbers.refusal);
  const now = numbers.value.find((n) => n.id === number.id);
  if (!now) return failed("no_number");
  if (!needsRegistration(now)) return { kind: again && needsRegistration(number) ? "done" : "skipped" };
  const answer = await accounts.register(number.id, pin, token);
  return answer.ok ? { kind: "done" } : refused(answer.refusal);
}

/** Meta takes each request once. Being told that it was made before is as good as having made it. */
const ALREADY = 2_593_107;

async function requestSync(kind: SyncKind, { number }: Facts, token: Secret, accounts: AccountAdmin): Promise<Outcome> {
  if (!number?.onBusinessApp) return { kind: "skipped" };
  const answer = await accounts.requestSync(number.id, kind, token);
  if (answer.ok || answer.refusal.code === ALREADY) return { kind: "done" };
  return refused(answer.refusal);
}
