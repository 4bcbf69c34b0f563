/** The state of the outside world, in memory: accounts, numbers, templates, media, and every chat. No effects. */
import {
  BUSINESS_SCOPES,
  CONNECTED,
  integrationUserOf,
  newPhone,
  newWaba,
  ownerIdOf,
  type Phone,
  type Portfolio,
  type SignupCode,
  SUBCODE,
  type Token,
  tokenIdOf,
  type Waba,
} from "./accounts/model";
import { stableId } from "./ids";
import type { JsonObject } from "./json";
import { seedTemplates, type Template } from "./templates";

export interface BusinessInput {
  wabaId: string;
  phoneNumberId: string;
  displayPhone: string;
  name: string;
  accessToken: string;
  /** The portfolio that owns the account; made up unless given. */
  businessId?: string;
}

export interface AppSettings {
  id: string;
  secret: string;
  previousSecret?: string;
  verifyToken: string;
  callbackUrl?: string;
  /** Fields the app is subscribed to; all of them unless a call named some. */
  fields?: string[];
  /** Our own portfolio, and the token of its system user. */
  partnerId?: string;
  systemUserToken?: string;
  /** `appsecret_proof` is compulsory from the start. */
  requireProof?: boolean;
  /** Where Meta tells that a user left or wants to be forgotten. */
  deauthorizeUrl?: string;
  dataDeletionUrl?: string;
}

/** An app of a customer's own; it has no callback but those set for accounts and numbers. */
export interface OtherApp {
  id: string;
  secret: string;
}

export type { Phone, Portfolio, Token, Waba } from "./accounts/model";

export type DeliveryState = "accepted" | "sent" | "delivered" | "read" | "failed";

export interface ChatItem {
  wamid: string;
  direction: "in" | "out";
  type: string;
  /** The message object as it stood in the request or webhook. */
  message: JsonObject;
  /** Words to show in a list: text, caption, or the filled template. */
  text: string;
  at: number;
  state: DeliveryState;
  tag?: string;
  category?: string;
  template?: Template;
  failure?: { code: number; title: string };
  /** The client has read it already although `delivered` is still on its way. */
  readPending?: boolean;
}

export interface Conversation {
  phoneNumberId: string;
  client: string;
  name: string;
  items: ChatItem[];
  /** The client's latest message by its own timestamp, ms; the 24-hour window counts from here. */
  lastInboundAt?: number;
  /** Until when the business is shown as typing, ms. */
  typingUntil?: number;
  stoppedMarketing?: boolean;
}

export interface Media {
  id: string;
  phoneNumberId: string;
  mime: string;
  bytes: Buffer;
  sha256: string;
  filename?: string;
  origin: "upload" | "webhook";
  createdAt: number;
}

/** When what SANDBOX_STATE names is said to have been made. */
const GIVEN_AT = 1_790_000_000_000;

/** Meta closes the window 24 h after the client's last message (by its own time). */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;

export class World {
  readonly portfolios = new Map<string, Portfolio>();
  readonly wabas = new Map<string, Waba>();
  readonly phones = new Map<string, Phone>();
  readonly tokens = new Map<string, Token>();
  /** Customers' own apps, beside ours. */
  readonly otherApps = new Map<string, OtherApp>();
  readonly codes = new Map<string, SignupCode>();
  readonly media = new Map<string, Media>();
  readonly conversations = new Map<string, Conversation>();
  /** Our own portfolio, the one other portfolios share their accounts with. */
  readonly partnerId: string;
  private readonly byWamid = new Map<string, { conversation: Conversation; item: ChatItem }>();
  private readonly watchers = new Map<string, Set<() => void>>();

  constructor(
    readonly app: AppSettings,
    private readonly givenTemplates: Template[] | undefined,
    /** Milliseconds; tests move it. */
    readonly now: () => number = Date.now,
  ) {
    this.partnerId = app.partnerId ?? stableId(4, app.id, "partner");
    app.systemUserToken ??= `EAAsystem${stableId(1, app.id, app.secret)}`;
    this.portfolios.set(this.partnerId, {
      id: this.partnerId,
      name: "Parley",
      verification: "verified",
      createdAt: GIVEN_AT,
      installed: true,
      given: true,
    });
    const scopes = ["business_management", ...BUSINESS_SCOPES];
    this.tokens.set(app.systemUserToken, { ...givenToken(app.systemUserToken, this.partnerId), kind: "system_user", scopes });
  }

  /**
   * Adds a number (and its account, owner and token) that works at once; doing it again updates name and display.
   * @param given it stands in SANDBOX_STATE, so it need not be kept
   */
  addBusiness(input: BusinessInput, given = false): Phone {
    const mark = given ? { given } : {};
    const known = this.wabas.get(input.wabaId);
    const businessId = known?.businessId ?? input.businessId ?? ownerIdOf(input.wabaId);
    if (!this.portfolios.has(businessId)) {
      const owner = { id: businessId, name: input.name, verification: "verified", createdAt: GIVEN_AT, installed: true };
      this.portfolios.set(businessId, { ...owner, ...mark });
    }
    if (!known) {
      const templates = this.seededTemplates(input.wabaId);
      const fresh = { id: input.wabaId, name: input.name, businessId, sharedAt: GIVEN_AT, subscribed: true, templates };
      this.wabas.set(input.wabaId, newWaba({ ...fresh, ...mark }));
    }
    const shown = { display: input.displayPhone, digits: input.displayPhone.replace(/\D/g, ""), name: input.name };
    const before = this.phones.get(input.phoneNumberId);
    const phone: Phone = before
      ? { ...before, ...shown }
      : newPhone({
          ...CONNECTED,
          id: input.phoneNumberId,
          wabaId: input.wabaId,
          ...shown,
          tier: "TIER_2K",
          onboardedAt: GIVEN_AT,
          ...mark,
        });
    this.phones.set(phone.id, phone);
    const token = this.tokens.get(input.accessToken) ?? { ...givenToken(input.accessToken, businessId), given };
    if (!token.wabas.includes(input.wabaId)) token.wabas.push(input.wabaId);
    token.revoked = undefined;
    this.tokens.set(token.token, token);
    return phone;
  }

  /** Id and secret of the app a token was made for. */
  appOf(token: Token): OtherApp {
    return this.otherApps.get(token.appId ?? "") ?? this.app;
  }

  /** The templates every new account starts with. */
  seededTemplates(wabaId: string): Template[] {
    return seedTemplates(wabaId, this.givenTemplates);
  }

  /** The numbers of an account. */
  phonesOf(wabaId: string): Phone[] {
    return [...this.phones.values()].filter((phone) => phone.wabaId === wabaId);
  }

  /** The tokens a portfolio has granted, newest first. */
  tokensOf(businessId: string): Token[] {
    const own = [...this.tokens.values()].filter((one) => one.businessId === businessId && one.kind === "business");
    return own.sort((one, two) => two.issuedAt - one.issuedAt);
  }

  revokeToken(token: string, subcode: number = SUBCODE.uninstalled): boolean {
    const found = this.tokens.get(token);
    if (!found || found.revoked !== undefined) return false;
    found.revoked = subcode;
    return true;
  }

  findConversation(phoneNumberId: string, client: string): Conversation | undefined {
    return this.conversations.get(`${phoneNumberId}|${client}`);
  }

  /** The chat of a number and a client, opened when it does not exist yet. */
  conversation(phoneNumberId: string, client: string, name?: string): Conversation {
    const key = `${phoneNumberId}|${client}`;
    const existing = this.conversations.get(key);
    if (existing) {
      if (name) existing.name = name;
      return existing;
    }
    const created: Conversation = { phoneNumberId, client, name: name ?? `+${client}`, items: [] };
    this.conversations.set(key, created);
    return created;
  }

  addItem(conversation: Conversation, item: ChatItem): void {
    conversation.items.push(item);
    this.byWamid.set(item.wamid, { conversation, item });
    this.changed(conversation);
  }

  findMessage(wamid: string): { conversation: Conversation; item: ChatItem } | undefined {
    return this.byWamid.get(wamid);
  }

  /** Calls back whenever something in this chat changes. @returns the way to stop */
  watch(phoneNumberId: string, client: string, callback: () => void): () => void {
    const key = `${phoneNumberId}|${client}`;
    const set = this.watchers.get(key) ?? new Set();
    set.add(callback);
    this.watchers.set(key, set);
    return () => {
      set.delete(callback);
      if (set.size === 0) this.watchers.delete(key);
    };
  }

  changed(conversation: Conversation): void {
    for (const callback of this.watchers.get(`${conversation.phoneNumberId}|${conversation.client}`) ?? []) callback();
  }
}

function givenToken(token: string, businessId: string): Token {
  return {
    token,
    id: tokenIdOf(token),
    kind: "business",
    businessId,
    userId: integrationUserOf(businessId),
    scopes: [...BUSINESS_SCOPES],
    wabas: [],
    issuedAt: GIVEN_AT,
    expiresAt: 0,
    dataAccessExpiresAt: 0,
    given: true,
  };
}

/** Is the 24-hour service window of this chat open? */
export function windowOpen(conversation: Conversation | undefined, now: number): boolean {
  const last = conversation?.lastInboundAt;
  return last !== undefined && now - last < SERVICE_WINDOW_MS;
}
