/** What leaves the server about connecting numbers. Browser-pure: no token, no PIN, no sealed value. */
import * as z from "zod/mini";
import { LeftView } from "@/lib/channels/views";

export const StepView = z.object({
  step: z.string(),
  state: z.string(),
  /** Key under `onboarding.cause`; null when nothing is wrong. */
  cause: z.nullable(z.string()),
  /** The provider's code, to be quoted to its support. */
  code: z.nullable(z.number()),
});
export type StepView = z.infer<typeof StepView>;

export const OnboardingView = z.object({
  id: z.string(),
  trackingCode: z.string(),
  path: z.string(),
  state: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  steps: z.array(StepView),
  /** False when what was stored of it is damaged: it can only be given up. */
  readable: z.boolean(),
  /** Work is going on or due by itself. */
  busy: z.boolean(),
  /** Where the person stopped in Meta's window, in Meta's words. */
  stopped: z.nullable(z.object({ step: z.nullable(z.string()), message: z.nullable(z.string()), code: z.nullable(z.string()) })),
  accountName: z.nullable(z.string()),
  /** What a person has to choose from; empty when nothing is asked. */
  accounts: z.array(z.string()),
  numbers: z.array(z.object({ id: z.string(), display: z.string(), name: z.string() })),
  /** The number that is being connected, as it is shown. */
  number: z.nullable(z.object({ display: z.string(), name: z.string() })),
  channelId: z.nullable(z.string()),
  /** Until when Meta can still be asked for contacts and conversations of the app; null when nothing is left to ask. */
  syncUntil: z.nullable(z.string()),
  /** A claim that waits for a second admin: `decide` when the viewer is one, else `wait`. */
  approval: z.nullable(z.enum(["decide", "wait"])),
  /** A link made for somebody without an account: until when it works, and when it was first opened. Null without one. */
  link: z.nullable(z.object({ until: z.string(), openedAt: z.nullable(z.string()) })),
});
export type OnboardingView = z.infer<typeof OnboardingView>;

/** What a guest is shown: who asks, and the journey. */
export const InvitationView = z.object({ organisation: z.string(), journey: OnboardingView });
export type InvitationView = z.infer<typeof InvitationView>;

/** What disconnecting a number would do. */
export const DisconnectPreview = z.object({
  id: z.string(),
  name: z.string(),
  /** As people group it. */
  phone: z.nullable(z.string()),
  status: z.string(),
  coexistence: z.boolean(),
  ownApp: z.boolean(),
  /** Messages that will not be sent, and those on their way, which nobody can call back. */
  waiting: z.number(),
  inAir: z.number(),
  /** Open conversations that can be read but no longer answered. */
  conversations: z.number(),
  /** The phone app's past is still arriving; what has not come by then will not. */
  pastRunning: z.boolean(),
  /** Other numbers of the account are connected, so Meta goes on telling us of it. */
  accountStays: z.boolean(),
  /** The password need not be given again. */
  fresh: z.boolean(),
});
export type DisconnectPreview = z.infer<typeof DisconnectPreview>;

/** A link for somebody without an account; its secret is shown this once. */
export const LinkView = z.object({ url: z.string(), expiresAt: z.string() });
export type LinkView = z.infer<typeof LinkView>;

/** What the browser needs to open Meta's window. */
export const PressView = z.object({
  state: z.string(),
  appId: z.string(),
  configId: z.string(),
  version: z.string(),
  sdkUrl: z.string(),
  /** Origins whose window messages count, each compared whole. */
  origins: z.array(z.string()),
  path: z.string(),
});
export type PressView = z.infer<typeof PressView>;

export const NumberView = z.object({
  id: z.string(),
  name: z.string(),
  /** As people group it. */
  phone: z.nullable(z.string()),
  status: z.string(),
  coexistence: z.boolean(),
  /** Connected by the customer's own Meta app. */
  ownApp: z.boolean(),
  /** Null unless a person disconnected it. */
  left: z.nullable(LeftView),
  /** How far the phone app's past has come; null for numbers without one. `progress` in percent, null before the first piece. */
  past: z.nullable(
    z.object({ progress: z.nullable(z.number()), messages: z.number(), declined: z.boolean(), missing: z.number() }),
  ),
});
export type NumberView = z.infer<typeof NumberView>;
/** An account that speaks to us, is nobody's, and whose owner this organisation has proven before. */
export const ProposalView = z.object({ wabaId: z.string(), since: z.string(), events: z.number() });
export type ProposalView = z.infer<typeof ProposalView>;
/** A code to be sent through a number; its text is shown this once. */
export const ClaimCodeView = z.object({ id: z.string(), text: z.string(), expiresAt: z.string() });
export type ClaimCodeView = z.infer<typeof ClaimCodeView>;
/** What became of such a code. Until it came nothing is said of any number. */
export const ClaimView = z.object({
  id: z.string(),
  /** `busy` and `proven` go on by themselves or by connecting; `asked` waits for a second admin; the last three are ends. */
  state: z.enum(["waiting", "busy", "asked", "proven", "refused", "unusable", "over"]),
  until: z.string(),
  /** The viewer made the code, and so cannot decide. */
  mine: z.boolean(),
  /** As people group it. */
  phone: z.nullable(z.string()),
  wabaId: z.nullable(z.string()),
});
export type ClaimView = z.infer<typeof ClaimView>;
export const NumbersView = z.object({
  numbers: z.array(NumberView),
  open: z.array(OnboardingView),
  proposals: z.array(ProposalView),
  claims: z.array(ClaimView),
  /** Whether a proposed account can be taken over without Meta's window. */
  claimable: z.boolean(),
  /** Ways to connect a number that may be begun; empty while none is open to the organisation. */
  paths: z.array(z.string()),
});
export type NumbersView = z.infer<typeof NumbersView>;
/** An organisation's own Meta apps: where their webhooks come to, and what is shown there at the handshake. */
export const OwnAppsView = z.object({
  apps: z.array(z.object({ appId: z.string(), address: z.string(), verifyToken: z.string() })),
});
export type OwnAppsView = z.infer<typeof OwnAppsView>;
