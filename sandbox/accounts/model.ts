/** Portfolios, accounts, numbers, tokens and signup codes: what a business has at Meta. Pure. */
import { createHash } from "node:crypto";
import { stableId } from "../ids";
import type { Template } from "../templates";

/** A business portfolio. */
export interface Portfolio {
  id: string;
  name: string;
  /** "verified", "not_verified", "pending" or "failed". */
  verification: string;
  createdAt: number;
  /** It granted our app: its token can be fetched without a code. */
  installed: boolean;
  /** Named by SANDBOX_STATE: comes back by itself at every start, and is not kept in the accounts file. */
  given?: boolean;
}

export interface Restriction {
  type: string;
  /** Seconds since 1970. */
  expiration?: number;
}

/** A WhatsApp Business Account. */
export interface Waba {
  id: string;
  name: string;
  businessId: string;
  currency: string;
  timezoneId: string;
  country: string;
  /** account_review_status. */
  review: string;
  /** The app is subscribed to its webhooks. */
  subscribed: boolean;
  overrideUri?: string;
  /** What customers' own apps have set here, by app. */
  others?: { [appId: string]: { subscribed: boolean; overrideUri?: string } };
  /** Shared with our partner portfolio, and since when (ms). */
  shared: boolean;
  sharedAt: number;
  restrictions: Restriction[];
  /** Its payment method does not work: Meta says so in health_status only. */
  unpaid?: boolean;
  /** waba_ban_state, once one was told. */
  banState?: string;
  templates: Template[];
  given?: boolean;
}

/** What a coexistence number hands over when it is asked to synchronise. */
export interface SyncPlan {
  contacts: { name: string; phone: string; action?: "add" | "remove" }[] | number;
  messages: number;
  threads: number;
  /** Messages per webhook. */
  chunk: number;
  shuffle: boolean;
  /** Share of the chunks that come twice, 0 to 1. */
  repeat: number;
  seed: string;
  /** So many of the newest messages are media: a placeholder first, the file later. */
  media: number;
  /** The merchant refused to share his chats. */
  declined: boolean;
}

export const DEFAULT_SYNC: SyncPlan = {
  contacts: 12,
  messages: 60,
  threads: 6,
  chunk: 20,
  shuffle: false,
  repeat: 0,
  seed: "1",
  media: 2,
  declined: false,
};

/** A business phone number. */
export interface Phone {
  id: string;
  wabaId: string;
  /** As shown ("+1 555 010 0001"); `digits` is what webhooks carry. */
  display: string;
  digits: string;
  /** verified_name. */
  name: string;
  nameStatus: string;
  /** code_verification_status. */
  codeStatus: string;
  status: string;
  platform: string;
  /** Lives on the WhatsApp Business app too (coexistence). */
  onBizApp: boolean;
  quality: string;
  throughput: string;
  /** messaging_limit_tier and whatsapp_business_manager_messaging_limit. */
  tier: string;
  registered: boolean;
  /** Once registered, a number need not be verified again within 14 days of its signup. */
  registeredOnce: boolean;
  pin?: string;
  /** When /register was called, and when a wrong PIN came, ms. */
  registerAttempts: number[];
  wrongPins: number[];
  /** A verification code was asked for. */
  codeAsked?: boolean;
  /** When the signup that brought it ended, ms. */
  onboardedAt: number;
  /** It was deleted a moment ago, ms: cannot be registered for five minutes. */
  deletedAt?: number;
  overrideUri?: string;
  /** Its own callback for customers' own apps, by app. */
  otherUris?: { [appId: string]: string };
  sync?: SyncPlan;
  /** When each kind of synchronisation was asked for, ms. */
  synced: { [type: string]: number };
  given?: boolean;
}

export type TokenKind = "business" | "system_user";

/** An access token; the app's own (`ID|SECRET`) is never stored. */
export interface Token {
  token: string;
  /** A name that gives nothing away. */
  id: string;
  kind: TokenKind;
  /** The customer's own app it was made for; our app unless named. */
  appId?: string;
  /** The portfolio that granted it. */
  businessId: string;
  userId: string;
  scopes: string[];
  /** Accounts it opens, newest first. */
  wabas: string[];
  /** ms; 0 means never. */
  issuedAt: number;
  expiresAt: number;
  dataAccessExpiresAt: number;
  /** Subcode of the 190 it answers since it was revoked. */
  revoked?: number;
  given?: boolean;
}

/** What the signup dialog hands to the browser; lives 30 s, once. */
export interface SignupCode {
  code: string;
  businessId: string;
  wabas: string[];
  createdAt: number;
  /** How old it was made, ms; 0 unless a test wants an old one. */
  ageMs: number;
  used: boolean;
  tokenDays: number;
  scopes: string[];
}

export const CODE_LIFE_MS = 30_000;
export const BUSINESS_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"];
/** Subcodes of 190. */
export const SUBCODE = { uninstalled: 458, expired: 463, invalidated: 467 } as const;

/** The portfolio that owns an account of SANDBOX_STATE. */
export const ownerIdOf = (wabaId: string): string => stableId(4, wabaId, "owner");
/** The business-integration user of a portfolio: one per portfolio, whatever token it has. */
export const integrationUserOf = (businessId: string): string => stableId(1, businessId, "integration");
/** The name of a token in lists and control calls. */
export const tokenIdOf = (token: string): string => createHash("sha256").update(token).digest("hex").slice(0, 12);

/** An account as a signup leaves it, or, with other words, as SANDBOX_STATE means it. */
export function newWaba(given: Pick<Waba, "id" | "name" | "businessId" | "sharedAt" | "templates"> & Partial<Waba>): Waba {
  const defaults = { currency: "USD", timezoneId: "1", country: "ID", review: "APPROVED" };
  return { ...defaults, subscribed: false, shared: true, restrictions: [], ...given };
}

/** A number that was verified by code and waits to be registered. */
export function newPhone(given: Pick<Phone, "id" | "wabaId" | "display" | "name" | "onboardedAt"> & Partial<Phone>): Phone {
  return {
    digits: given.display.replace(/\D/g, ""),
    nameStatus: "PENDING_REVIEW",
    codeStatus: "VERIFIED",
    status: "PENDING",
    platform: "NOT_APPLICABLE",
    onBizApp: false,
    quality: "UNKNOWN",
    throughput: "STANDARD",
    tier: "TIER_250",
    registered: false,
    registeredOnce: given.registered === true,
    registerAttempts: [],
    wrongPins: [],
    synced: {},
    ...given,
  };
}

/** What makes a number usable at once: those of SANDBOX_STATE, and coexistence. */
export const CONNECTED: Partial<Phone> = {
  status: "CONNECTED",
  platform: "CLOUD_API",
  registered: true,
  nameStatus: "APPROVED",
  quality: "GREEN",
};
