/** What goes wrong in a trial, apart from kills: which faults, how often, and which of them must have happened. */
import { SEND_KINDS, WEBHOOK_KINDS } from "../../sandbox/faults";

const SEND: Record<(typeof SEND_KINDS)[number], { p: number; ms?: number }> = {
  delay: { p: 0.05, ms: 400 },
  "429": { p: 0.01 },
  "reset-before": { p: 0.03 },
  "reset-after": { p: 0.03 },
  "lost-answer": { p: 0.02, ms: 3000 },
  "5xx-code": { p: 0.03 },
  "5xx-bare": { p: 0.03 },
};
const WEBHOOK: Record<(typeof WEBHOOK_KINDS)[number], { p: number; ms?: number; n?: number }> = {
  delay: { p: 0.03, ms: 700 },
  duplicate: { p: 0.05, ms: 800 },
  reorder: { p: 0.15, ms: 2500 },
  malformed: { p: 0.004 },
  forged: { p: 0.02 },
  reset: { p: 0.03 },
  batch: { p: 0.35, ms: 120, n: 25 },
};

/** Every fault for certain at the beginning, then by chance: a short run must not miss one. */
export const RULES = [
  ...SEND_KINDS.flatMap((kind) => [
    { on: "send", kind, ...SEND[kind], p: 1, times: 2 },
    { on: "send", kind, ...SEND[kind] },
  ]),
  ...WEBHOOK_KINDS.flatMap((kind) => [
    { on: "webhook", kind, ...WEBHOOK[kind], p: 1, times: 3 },
    { on: "webhook", kind, ...WEBHOOK[kind] },
  ]),
];

/** The faults a run promises, under the names the sandbox counts them by, with our own besides. */
export const PROMISED = [
  ...SEND_KINDS.map((kind) => `send:${kind}`),
  ...WEBHOOK_KINDS.map((kind) => `webhook:${kind}`),
  "bad-signature",
  "unsigned",
  "unreadable",
  "eight-at-once",
  "redelivered",
  "unknown-number",
];
