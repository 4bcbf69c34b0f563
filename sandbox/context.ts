/** What every part of the sandbox is handed. */
import type { Faults } from "./faults";
import type { Limits } from "./graph/limits";
import type { WebhookSender } from "./hooks/sender";
import type { Ledger } from "./ledger";
import type { Random } from "./random";
import type { Timers } from "./timers";
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
}

export const DEFAULT_TUNABLES: Tunables = {
  latencyMs: [10, 40],
  sentMs: [50, 300],
  deliveredMs: [100, 600],
  perSecond: 80,
  pairLimit: true,
  telling: {},
  escapes: true,
};

export interface Context {
  world: World;
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
}
