/** What leaves the server about how a number stands. Browser-pure: states, codes and times; no token, no phone. */
import * as z from "zod/mini";

export const CheckView = z.object({
  /** What was looked at; key under `standing.check`. */
  check: z.string(),
  state: z.enum(["pass", "fail", "unknown"]),
  /** Key under `standing.cause`; null when it passes. */
  cause: z.nullable(z.string()),
  /** Key under `standing.fix`. */
  fix: z.nullable(z.string()),
  /** Key under `standing.by`. */
  by: z.string(),
  /** Meta's own word, or the names of what is missing. */
  value: z.nullable(z.string()),
  /** When it ends, or when it last was. */
  at: z.nullable(z.string()),
});
export type CheckView = z.infer<typeof CheckView>;

const Side = z.object({ state: z.string(), cause: z.nullable(z.string()), value: z.nullable(z.string()) });
export const ChangeView = z.object({
  id: z.string(),
  at: z.string(),
  /** A check, `connection` for the number as a whole, or what Meta tells of: `account`, `security`, `alert`, with its words as states. */
  what: z.string(),
  /** Who noticed: a check, the provider, the product, a person. */
  source: z.string(),
  from: z.nullable(Side),
  to: Side,
});
export type ChangeView = z.infer<typeof ChangeView>;

/** Who ended a number's connection here, when and why. */
export const LeftView = z.object({
  at: z.string(),
  /** Null for somebody who is no longer a colleague. */
  by: z.nullable(z.string()),
  /** In that person's own words; null when what is stored is damaged. */
  reason: z.nullable(z.string()),
  /** Meta's side, key under `standing.left`: still to be done, done, kept for other numbers of the account, no access any more, given up. */
  provider: z.enum(["due", "done", "kept", "no_access", "given_up"]),
});
export type LeftView = z.infer<typeof LeftView>;

export const ConnectionView = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  /** When it was last looked at; null when it never was. */
  checkedAt: z.nullable(z.string()),
  lastInboundAt: z.nullable(z.string()),
  /** Null: this installation sends no canary messages. */
  lastCanaryAt: z.nullable(z.string()),
  /** In the order of importance; empty before the first look. */
  checks: z.array(CheckView),
});
export type ConnectionView = z.infer<typeof ConnectionView>;
export const ConnectionsView = z.object({ numbers: z.array(ConnectionView) });
export type ConnectionsView = z.infer<typeof ConnectionsView>;

/** One number with what changed, newest first. */
export const StandingView = z.object({
  number: ConnectionView,
  changes: z.array(ChangeView),
  /** Null unless a person disconnected it. */
  left: z.nullable(LeftView),
  /** How it was connected, and so how it is connected again. */
  path: z.enum(["new", "coexistence", "manual"]),
});
export type StandingView = z.infer<typeof StandingView>;
