/** The faults a run asks for: which rule bites, decided by a seed, and a count of what really happened. */
import { isObject, type JsonObject } from "./json";
import { type Random, seededRandom } from "./random";

export const SEND_KINDS = ["delay", "5xx-code", "5xx-bare", "429", "reset-before", "reset-after", "lost-answer"] as const;
export const WEBHOOK_KINDS = ["delay", "duplicate", "reorder", "malformed", "forged", "reset", "batch"] as const;
export type SendKind = (typeof SEND_KINDS)[number];
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

export interface FaultRule {
  on: "send" | "webhook";
  kind: SendKind | WebhookKind;
  /** Share of cases in which it bites, 0 to 1. */
  p: number;
  /** Milliseconds: length of a delay, width of a reorder, how long a batch collects. */
  ms?: number;
  /** Batch: at most so many events in one POST. */
  n?: number;
  /** Bites at most so often. */
  times?: number;
  /** Only for this client (digits) or this number. */
  to?: string;
  phoneNumberId?: string;
  /** 5xx: whether the message was really sent; left out, chance decides. */
  accepted?: boolean;
}

export interface Bite {
  rule: FaultRule;
  /** A number in [0, 1) for decisions inside the fault. */
  chance: number;
}

/** Names people try, without the dash and case differences; see the README for the real ones. */
const ALIASES: { [name: string]: string } = {
  "5xx": "5xx-code",
  "500": "5xx-code",
  "5xx-with-code": "5xx-code",
  "5xxcode": "5xx-code",
  "5xx-coded": "5xx-code",
  "5xx-without-code": "5xx-bare",
  "5xx-no-code": "5xx-bare",
  "5xx-nocode": "5xx-bare",
  "5xx-plain": "5xx-bare",
  "502": "5xx-bare",
  "503": "5xx-bare",
  rate: "429",
  "rate-limit": "429",
  "130429": "429",
  throttle: "429",
  "reset-before-accept": "reset-before",
  "reset-after-accept": "reset-after",
  lost: "lost-answer",
  timeout: "lost-answer",
  dup: "duplicate",
  duplicates: "duplicate",
  shuffle: "reorder",
};

/**
 * Reads one rule of `POST /_control/faults`.
 * @throws Error naming what is wrong
 */
export function parseRule(input: unknown, index: number): FaultRule {
  if (!isObject(input)) throw new Error(`rules[${index}] is not an object`);
  const on = input.on;
  if (on !== "send" && on !== "webhook") throw new Error(`rules[${index}].on must be send or webhook`);
  const asked = String(input.kind ?? "")
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const kinds: readonly string[] = on === "send" ? SEND_KINDS : WEBHOOK_KINDS;
  const plain =
    on === "send" && asked === "reset" ? "reset-before" : on === "webhook" && asked.startsWith("reset") ? "reset" : asked;
  const kind = kinds.includes(plain) ? plain : ALIASES[plain];
  if (kind === undefined || !kinds.includes(kind)) {
    throw new Error(`rules[${index}].kind "${asked}" is unknown for ${on}; known: ${kinds.join(", ")}`);
  }
  const p = input.p === undefined ? 1 : Number(input.p);
  if (!(p >= 0 && p <= 1)) throw new Error(`rules[${index}].p must be between 0 and 1`);
  return { on, kind: kind as SendKind | WebhookKind, p, ...optionsOf(input) };
}

function optionsOf(input: JsonObject): Partial<FaultRule> {
  const options: Partial<FaultRule> = {};
  for (const name of ["ms", "n", "times"] as const) {
    const value = Number(input[name]);
    if (input[name] !== undefined && Number.isFinite(value) && value >= 0) options[name] = value;
  }
  for (const name of ["to", "phoneNumberId"] as const) if (typeof input[name] === "string") options[name] = input[name];
  if (typeof input.accepted === "boolean") options.accepted = input.accepted;
  return options;
}

export class Faults {
  rules: FaultRule[] = [];
  /** `<on>:<kind>` and how often it really happened. */
  counts: { [name: string]: number } = {};
  private chances: Random[] = [];
  private bites: number[] = [];

  /** Replaces all rules; counts start anew. Each rule has a sequence of its own, so one rule does not shift another. */
  set(seed: number | string, rules: FaultRule[]): void {
    this.rules = rules;
    this.counts = {};
    this.chances = rules.map((rule, index) => seededRandom(`${seed}/${index}/${rule.on}/${rule.kind}`));
    this.bites = rules.map(() => 0);
  }

  /** Takes all rules away; the counts stay readable. */
  clear(): void {
    this.rules = [];
  }

  /** Does a fault of this kind bite here? Counts nothing: call `happened` when it was carried out. */
  roll(
    on: "send" | "webhook",
    kind: SendKind | WebhookKind,
    about: { to?: string | null; phoneNumberId?: string | null },
  ): Bite | undefined {
    for (const [index, rule] of this.rules.entries()) {
      if (rule.on !== on || rule.kind !== kind) continue;
      if (rule.to !== undefined && rule.to.replace(/\D/g, "") !== about.to) continue;
      if (rule.phoneNumberId !== undefined && rule.phoneNumberId !== about.phoneNumberId) continue;
      if (rule.times !== undefined && (this.bites[index] ?? 0) >= rule.times) continue;
      const next = this.chances[index];
      if (!next) continue;
      const [hit, chance] = [next(), next()];
      if (hit >= rule.p) continue;
      this.bites[index] = (this.bites[index] ?? 0) + 1;
      return { rule, chance };
    }
    return undefined;
  }

  happened(on: "send" | "webhook", kind: SendKind | WebhookKind): void {
    const name = `${on}:${kind}`;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
