/** What every part of the sandbox is handed. */
import type { AccountStore } from "./accounts/store";
import type { Faults } from "./faults";
import type { Limits } from "./graph/limits";
import type { WebhookSender } from "./hooks/sender";
import type { Ledger } from "./ledger";
import type { Random } from "./random";
import type { Timers } from "./timers";
import type { Flags } from "./unleash";
import type { World } from "./world";

/** When a refusal is told: in the answer to the send, or later by a `failed` status. The real platform does both. */
export type Telling = "sync" | "async";

/** What tests may turn. */
export interface Tunables {
  /** Shortest and longest time the Graph API takes to answer a send, ms. */
  latencyMs: [number, number];
  /** Shortest and longest time from accept to `sent`, and from `sent` to `delivered`, ms. */
  sentMs: [number, number];
  deliveredMs: [number, number];
  /** Messages a second per number (130429); 0 switches the limit off. */
  perSecond: number;
  /** One message per 6 s to one client with bursts of 45 (131056). */
  pairLimit: boolean;
  /** How refusals are told, by code; 131047 and the others are told later unless named here. */
  telling: { [code: string]: Telling };
  /** `\uXXXX` and `\/` in webhook bodies. */
  escapes: boolean;
  /** `appsecret_proof` is compulsory for business and system-user tokens. */
  requireProof: boolean;
  /** Life of the tokens a signup gives, days; 0 means for ever. */
  tokenDays: number;
  /** Shortest and longest time from the end of a signup to its PARTNER_ADDED, ms; below zero it comes first. */
  partnerMs: [number, number];
  /** What the signup dialog hands over, in this order. */
  signupOrder: SignupOrder;
  /** From a synchronisation request to its first webhook, ms. */
  syncMs: number;
  /** A PIN guessed sooner than so many ms after a wrong one is 133009; 0 switches it off. */
  pinGapMs: number;
}

export const SIGNUP_ORDERS = ["event-first", "callback-first", "event-only", "callback-only"] as const;
export type SignupOrder = (typeof SIGNUP_ORDERS)[number];

export const DEFAULT_TUNABLES: Tunables = {
  latencyMs: [10, 40],
  sentMs: [50, 300],
  deliveredMs: [100, 600],
  perSecond: 80,
  pairLimit: true,
  telling: {},
  escapes: true,
  requireProof: false,
  tokenDays: 60,
  partnerMs: [-2000, 10_000],
  signupOrder: "event-first",
  syncMs: 300,
  pinGapMs: 0,
};

export interface Context {
  world: World;
  /** Keeps what was made at run time. */
  accounts: AccountStore;
  faults: Faults;
  ledger: Ledger;
  hooks: WebhookSender;
  timers: Timers;
  tune: Tunables;
  /** Chance for everything that is no fault. */
  random: Random;
  /** Milliseconds; tests move it. */
  now: () => number;
  /** Where this sandbox is reached: "http://127.0.0.1:4010". */
  origin: () => string;
  /** How often each tag was posted to /messages. */
  tagAttempts: Map<string, number>;
  limits: Limits;
  /** Who is rolled out, as a server of flags says it. */
  flags: Flags;
  /** Addresses the Graph API was asked at, newest last, as an access log would hold them. */
  asked: string[];
}
