/** What the product asks of a messaging provider, by capability, in our own words. */

import type { ContentView } from "@/lib/kernel/content";
import type { Secret } from "@/lib/kernel/secret";

/** How far a message of the business had got when the phone app told of it. */
export type Reached = "pending" | "sent" | "delivered" | "read" | "played" | "failed";

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

/** A message the provider tells of: the client's, or one the business wrote on its phone app. */
export interface InboundMessage {
  type: "message";
  phoneNumberId: string;
  wamid: string;
  /** The client, whichever way the message went. */
  sender: Sender;
  /** Set when the business wrote it on its phone app. */
  fromPhone: { reached: Reached } | null;
  /** Told later, out of the phone's past. */
  past: boolean;
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
  "number_disconnected",
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

/** What a token may do, as the provider itself says. Times in milliseconds since 1970; null means never. */
export interface TokenReport {
  valid: boolean;
  /** It was made for our app. */
  ours: boolean;
  /** App-scoped id of the user behind it; names nobody. */
  userId: string | null;
  scopes: string[];
  expiresAt: number | null;
  dataAccessExpiresAt: number | null;
  /** Accounts named in its scopes, newest first; hints, never a proof. */
  accounts: string[];
  /** Why it is not valid: the provider's code and subcode. */
  code: number | null;
  subcode: number | null;
}

/** A business account on WhatsApp, as a token reads it. */
export interface RemoteAccount {
  id: string;
  name: string;
  ownerBusinessId: string | null;
  review: string | null;
  businessVerification: string | null;
}

/** A number of an account, as a token reads it. */
export interface RemoteNumber {
  id: string;
  display: string;
  verifiedName: string;
  /** CONNECTED, PENDING, OFFLINE and the like. */
  status: string | null;
  platform: string | null;
  codeVerification: string | null;
  nameStatus: string | null;
  quality: string | null;
  limit: string | null;
  throughput: string | null;
  /** The number lives in the WhatsApp Business app as well. */
  onBusinessApp: boolean;
}

/** A number as it stands at this moment. */
export interface RemoteStanding extends RemoteNumber {
  /** Addresses set for this number or its account alone, instead of the app's. */
  overrides: { number: string | null; account: string | null };
  /** Where its webhooks go: its own address, else its account's, else the app's; null when none was told. */
  callback: string | null;
  /** Who in the chain from number to app keeps messages from being sent; null when it was not told. */
  health: { can: string | null; limitedBy: string[]; codes: number[] } | null;
}

/** An address for webhooks, with what the provider shows there at the handshake. */
export interface Callback {
  address: string;
  verifyToken: string;
}

/** What our app is subscribed to. */
export interface AppSubscription {
  callback: string | null;
  fields: string[];
}

/** How a call on an account was refused. */
export interface AccountRefusal {
  /** `auth`: the token. `transport`: nobody can say whether it was done. `not_sent`: certainly not done. `refused`: the provider said no. */
  kind: "auth" | "transport" | "not_sent" | "refused";
  code: number | null;
  subcode: number | null;
}
export type AccountAnswer<T> = { ok: true; value: T } | { ok: false; refusal: AccountRefusal };

export type SyncKind = "contacts" | "history";

/** What connecting a number asks of a provider. No method throws for a refusal. */
export interface AccountAdmin {
  /** Turns a signup code into a business token; once, within its 30 seconds. */
  exchangeCode(code: string): Promise<AccountAnswer<{ token: Secret; expiresInSeconds: number | null }>>;
  inspectToken(token: Secret): Promise<AccountAnswer<TokenReport>>;
  readAccount(wabaId: string, token: Secret): Promise<AccountAnswer<RemoteAccount>>;
  /** The proof of access: only a token that was granted the account reads its numbers. */
  listNumbers(wabaId: string, token: Secret): Promise<AccountAnswer<RemoteNumber[]>>;
  readStanding(phoneNumberId: string, token: Secret): Promise<AccountAnswer<RemoteStanding>>;
  readAppSubscription(): Promise<AccountAnswer<AppSubscription>>;
  isSubscribed(wabaId: string, token: Secret): Promise<AccountAnswer<boolean>>;
  subscribe(wabaId: string, token: Secret): Promise<AccountAnswer<null>>;
  /** Our app is no longer told of the account; another app's subscription is not ours to touch, and stays. */
  unsubscribe(wabaId: string, token: Secret): Promise<AccountAnswer<null>>;
  /** Sends an account's messages to an address of its own; the app has to be subscribed before. */
  setAccountCallback(wabaId: string, to: Callback, token: Secret): Promise<AccountAnswer<null>>;
  /** The same for one number; goes before its account's. */
  setNumberCallback(phoneNumberId: string, to: Callback, token: Secret): Promise<AccountAnswer<null>>;
  register(phoneNumberId: string, pin: string, token: Secret): Promise<AccountAnswer<null>>;
  requestSync(phoneNumberId: string, kind: SyncKind, token: Secret): Promise<AccountAnswer<{ requestId: string | null }>>;
}

/** What only the platform's own app can: a customer's app has no system user of ours. No method throws for a refusal. */
export interface ClientTokens {
  /** The token of a business that has granted our app, by our own system user; that we can fetch it proves nothing about who asks. */
  fetchClientToken(businessId: string): Promise<AccountAnswer<Secret>>;
}
