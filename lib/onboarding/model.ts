/** Connecting a number, as a journey: its steps, which comes next, and what a refusal means. Pure. */
import type { Locale } from "@/lib/identity/model";
import { days, hours, minutes, seconds } from "@/lib/kernel/time";

/** Through Meta's window: a number of its own, or one that goes on living in the WhatsApp Business app. */
export const PATHS = ["new", "coexistence"] as const;
/** `manual` needs no window: the customer brings an app and a token. */
export const ALL_PATHS = [...PATHS, "manual"] as const;
export type Path = (typeof ALL_PATHS)[number];

/** The paths an organisation may begin: without the embedded signup the first way of connecting is left. Those begun earlier go on. @param embedded whether the rollout has reached it */
export const pathsOffered = (embedded: boolean): Path[] => [...(embedded ? PATHS : []), "manual"];

/** In the order in which they are done. Each may be done again without harm. */
export const STEPS = [
  "exchange",
  "prove",
  "account",
  "approve",
  "subscribe",
  "number",
  "callback",
  "register",
  "bind",
  "contacts",
  "history",
] as const;
export type Step = (typeof STEPS)[number];
/** `asked` waits for a person's choice; `failed` for a person's decision to try again. */
export const STEP_STATES = ["waiting", "running", "done", "skipped", "failed", "asked"] as const;
export type StepState = (typeof STEP_STATES)[number];

/** A journey may be left and resumed for this long. */
export const SESSION_LIVES = days(7);
/** What one press on Connect mints is good for this long, and once. */
export const PRESS_LIVES = minutes(10);
/** What Meta tells of an account this long after a press may come of the window it opened: the press lives ten minutes, and news a little. */
export const WINDOW_LIVES = minutes(20);
/** Contacts and conversations of the app can be asked for this long after the number was shared. Source: Meta, Coexistence. */
export const SYNC_WITHIN = hours(24);
/**
 * How long signatures by the secret an own app had before are good. Source: Meta, Webhooks: what could not be delivered is tried again for up
 * to seven days; another page says 36 hours.
 */
export const PREVIOUS_SECRET_LIVES = days(7);
/** A link to a journey works for this long, and no longer than the journey. */
export const LINK_LIVES = days(3);
/** A code to be sent through a number is listened for this long. */
export const CODE_LIVES = minutes(30);
/** What came through a number waits this long for a second admin. */
export const CODE_DECIDED_WITHIN = days(7);
/** A proof by code opens Meta's door without its window this long: who held the number once may not hold it for ever. */
export const CODE_PROVES = days(30);
/** Codes of an organisation that may wait at a time, one of each admin. */
export const MOST_CODES = 3;
/** Longest a step may take before another worker may look after it. */
export const STEP_LEASE = seconds(90);
/** Meta counts registrations of a number: at most ten in 72 hours. */
export const REGISTRATIONS = { most: 10, within: hours(72) } as const;
/** After a transport error a step is tried again by itself, this often. */
export const RETRIES = [seconds(5), seconds(30), minutes(3)] as const;

/** A disconnected number with messages on their way is looked at again after this; a send takes 30 seconds at most. */
export const IN_AIR_AGAIN = seconds(5);
/** Meta is told of a disconnection again after each of these, three days in all. */
const TELL_AGAIN = [seconds(10), minutes(1), minutes(10), hours(1), hours(6), hours(12), hours(24), hours(29)] as const;
/** After how many milliseconds to tell Meta again; null when it is given up. @param attempts made so far */
export const tellAgainAfter = (attempts: number): number | null => TELL_AGAIN[attempts - 1] ?? null;

/** A refusal, as far as decisions need it; `transport`: nobody can say whether it was done. */
export interface Refusal {
  kind: "auth" | "transport" | "not_sent" | "refused";
  code: number | null;
  subcode: number | null;
}
/** A number, as far as decisions need it. */
export interface NumberFacts {
  id: string;
  status: string | null;
  platform: string | null;
  onBusinessApp: boolean;
}

/** Why a step stands still; the catalogues hold a sentence and a next action for each under `onboarding.cause`. */
export const CAUSES = [
  "code_expired",
  "code_used",
  "code_lost",
  "token_refused",
  "not_ours",
  "not_granted",
  "no_account",
  "choose_account",
  "second_admin",
  "no_number",
  "choose_number",
  "not_verified",
  "pin_wrong",
  "pin_locked",
  "registration_limit",
  "number_taken",
  "app_taken",
  "sync_late",
  "sync_declined",
  "not_on_app",
  "app_refused",
  "not_own",
  "callback_failed",
  "callback_not_subscribed",
  "limit_of_ours",
  "unreachable",
  "refused",
] as const;
export type Cause = (typeof CAUSES)[number];

const BY_CODE: Record<string, Cause> = {
  "100/36007": "code_expired",
  "100/36009": "code_used",
  "133005": "pin_wrong",
  "133006": "not_verified",
  "133008": "pin_locked",
  "133009": "pin_locked",
  "133010": "not_verified",
  "133016": "registration_limit",
  "2200": "callback_failed",
  "2593108": "sync_late",
  "2593109": "sync_declined",
};

/** What a provider's refusal means to the person who waits. Source: Meta, Embedded Signup, "Errors", and the table of error codes. */
export function causeOf({ kind, code, subcode }: Refusal): Cause {
  const known = BY_CODE[`${code}/${subcode}`] ?? BY_CODE[`${code}`];
  if (known) return known;
  if (kind === "auth") return "token_refused";
  return kind === "refused" ? "refused" : "unreachable";
}

/** Whether trying again by itself may help, and after how many milliseconds. */
export function retryAfter(refusal: Refusal, attempts: number): number | null {
  if (refusal.kind !== "transport" && refusal.kind !== "not_sent") return null;
  return RETRIES[attempts - 1] ?? null;
}

export interface StepRow {
  step: Step;
  state: StepState;
  attempts: number;
  cause: Cause | null;
  code: number | null;
  subcode: number | null;
}

/** The step to run next, or null when all are over or one waits for a person. A step found running was left by a process that died. */
export function nextStep(rows: readonly StepRow[]): Step | null {
  for (const step of STEPS) {
    const row = rows.find((r) => r.step === step);
    const state = row?.state ?? "waiting";
    if (state === "done" || state === "skipped") continue;
    return state === "waiting" || state === "running" ? step : null;
  }
  return null;
}
export const isFinished = (rows: readonly StepRow[]): boolean =>
  STEPS.every((step) => rows.some((r) => r.step === step && (r.state === "done" || r.state === "skipped")));

/** What the pop-up's message said; a hint, to be proven. */
export interface Hints {
  wabaId: string | null;
  phoneNumberId: string | null;
}

export type Choice<T> = { kind: "one"; value: T } | { kind: "many" } | { kind: "none" };

/** The account meant: the hinted one goes first, else the only one granted. @param proven ids whose numbers the token reads */
export function chooseAccount(hints: Hints, proven: readonly string[]): Choice<string> {
  if (hints.wabaId && proven.includes(hints.wabaId)) return { kind: "one", value: hints.wabaId };
  return onlyOne(proven);
}

/** The number meant among the account's own. On the coexistence path only numbers of the app count. */
export function chooseNumber<N extends NumberFacts>(hints: Hints, path: Path, numbers: readonly N[]): Choice<N> {
  const fitting = path === "coexistence" ? numbers.filter((n) => n.onBusinessApp) : numbers;
  const hinted = fitting.find((n) => n.id === hints.phoneNumberId);
  return hinted ? { kind: "one", value: hinted } : onlyOne(fitting);
}

function onlyOne<T>(list: readonly T[]): Choice<T> {
  const [first] = list;
  if (first === undefined) return { kind: "none" };
  return list.length === 1 ? { kind: "one", value: first } : { kind: "many" };
}

/** A number of the app is never registered: that would take it off the phone. One that works already needs it no more. */
export const needsRegistration = (number: NumberFacts): boolean =>
  !number.onBusinessApp && !(number.status === "CONNECTED" && number.platform === "CLOUD_API");

/**
 * What has to be sent through a number to prove it. It says what it does, since a stranger may ask whoever holds the phone to send it on:
 * bare letters could pass for the code of a parcel.
 */
const HANDS_OVER: Record<Locale, (to: string) => string> = {
  en: (to) => `I hand this WhatsApp number over to "${to}" on Parley. Code:`,
  id: (to) => `Saya menyerahkan nomor WhatsApp ini kepada "${to}" di Parley. Kode:`,
  "pt-BR": (to) => `Entrego este número do WhatsApp a "${to}" no Parley. Código:`,
};
const LONGEST_NAME = 60;
/** @param organisation to whom the number is handed over; in the sentence it is one line, without what cannot be seen */
export function claimText(locale: Locale, organisation: string, code: string): string {
  const name = organisation.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
  const to = [...name].slice(0, LONGEST_NAME).join("").trim();
  return `${HANDS_OVER[locale](to)} ${code.match(/.{4}/g)?.join("-")}`.normalize("NFC");
}

const CLAIM = /^[^\n]{1,240}: (?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/;
/** Whether a text could be one, and nothing else: it is compared whole. */
export const looksLikeClaim = (text: string): boolean => text.length <= 280 && CLAIM.test(text);
