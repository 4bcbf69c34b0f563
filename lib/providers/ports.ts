/** What the product asks of a messaging provider, by capability, in our own words. */

import type { ContentView } from "@/lib/kernel/content";
import type { Secret } from "@/lib/kernel/secret";

/** A person as a provider names one; at least one of phone and bsuid is there. */
export interface Sender {
  /** Digits with country code, as given. */
  phone: string | null;
  /** Business-scoped user id. */
  bsuid: string | null;
  username: string | null;
  profileName: string | null;
  /** The ids under which the same person goes on after a change of number or user id. */
  becomes: { phone: string | null; bsuid: string | null } | null;
}

export interface InboundMessage {
  type: "message";
  phoneNumberId: string;
  wamid: string;
  sender: Sender;
  at: Date;
  content: ContentView;
  /** Whether the client's act opens the 24-hour window and counts as unread. */
  opensWindow: boolean;
  /** The wamid of the message it answers, reacts to or changes. */
  quotes: string | null;
  /** The provider's own object for types shown as cards, kept for later; null for plain text. */
  raw: unknown;
}

export const RECEIPT_STATUSES = ["sent", "delivered", "read", "played", "failed"] as const;
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

export interface Receipt {
  type: "receipt";
  phoneNumberId: string;
  wamid: string;
  status: ReceiptStatus;
  at: Date;
  /** Our own tag, echoed: the outbox id. */
  tag: string | null;
  failureCode: number | null;
}

/** A template message, filled: body variables by key. */
export interface TemplateFill {
  name: string;
  language: string;
  format: "positional" | "named";
  variables: { key: string; value: string }[];
}

export interface OutboundMessage {
  phoneNumberId: string;
  token: Secret;
  /** Digits, or a business-scoped user id. */
  to: { phone: string } | { bsuid: string };
  /** Echoed in every status; the outbox id. */
  tag: string;
  content: { text: string } | { template: TemplateFill };
}

/** How a send ended, as far as anyone can know. */
export type SendOutcome =
  | { kind: "accepted"; wamid: string; qualityHeld: boolean }
  | { kind: "rejected"; code: number; reason: FailureReason; effect: "message" | "stop_channel" | "pause_template" }
  | {
      kind: "retry";
      code: number | null;
      why: "throttled" | "pair" | "unavailable" | "not_sent";
      retryAfterSeconds: number | null;
    }
  | { kind: "unknown"; code: number | null };

/** Keys of the sentences people read; the catalogues hold them in every language under `failure`. */
export const FAILURE_REASONS = [
  "window_closed",
  "undeliverable",
  "template_not_approved",
  "template_params",
  "throttled",
  "pair_limit",
  "spam",
  "blocked",
  "auth",
  "policy",
  "payment",
  "opt_out",
  "invalid",
  "media",
  "experiment",
  "unknown",
  "not_registered",
  "other",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface MessageSender {
  send(message: OutboundMessage): Promise<SendOutcome>;
}

export interface RemoteTemplate {
  providerId: string;
  name: string;
  language: string;
  category: string;
  status: string;
  components: unknown;
}
export interface TemplateSource {
  /** Every template of a business account, page by page. */
  listTemplates(wabaId: string, token: Secret): Promise<RemoteTemplate[]>;
}
