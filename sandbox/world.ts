/** The state of the outside world, in memory: accounts, numbers, templates, media, and every chat. No effects. */
import type { JsonObject } from "./json";
import { seedTemplates, type Template } from "./templates";

export interface BusinessInput {
  wabaId: string;
  phoneNumberId: string;
  displayPhone: string;
  name: string;
  accessToken: string;
}

export interface AppSettings {
  id: string;
  secret: string;
  previousSecret?: string;
  verifyToken: string;
  callbackUrl?: string;
}

export interface Waba {
  id: string;
  name: string;
  subscribed: boolean;
  overrideUri?: string;
  templates: Template[];
}

export interface Phone {
  id: string;
  wabaId: string;
  /** As shown ("+1 555 010 0001"); `digits` is what webhooks carry. */
  display: string;
  digits: string;
  name: string;
  overrideUri?: string;
}

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

/** Meta closes the window 24 h after the client's last message (by its own time). */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;

export class World {
  readonly wabas = new Map<string, Waba>();
  readonly phones = new Map<string, Phone>();
  readonly media = new Map<string, Media>();
  readonly conversations = new Map<string, Conversation>();
  private readonly tokens = new Map<string, Set<string>>();
  private readonly byWamid = new Map<string, { conversation: Conversation; item: ChatItem }>();
  private readonly watchers = new Map<string, Set<() => void>>();

  constructor(
    readonly app: AppSettings,
    private readonly givenTemplates: Template[] | undefined,
  ) {}

  /** Adds a number (and its account and token); doing it again updates name and display. */
  addBusiness(input: BusinessInput): Phone {
    const waba = this.wabas.get(input.wabaId) ?? {
      id: input.wabaId,
      name: input.name,
      subscribed: true,
      templates: seedTemplates(input.wabaId, this.givenTemplates),
    };
    this.wabas.set(waba.id, waba);
    const phone: Phone = {
      id: input.phoneNumberId,
      wabaId: waba.id,
      display: input.displayPhone,
      digits: input.displayPhone.replace(/\D/g, ""),
      name: input.name,
    };
    this.phones.set(phone.id, phone);
    const granted = this.tokens.get(input.accessToken) ?? new Set<string>();
    granted.add(waba.id);
    this.tokens.set(input.accessToken, granted);
    return phone;
  }

  /** The accounts a token was granted; undefined for a token nobody issued. */
  grantsOf(token: string): Set<string> | undefined {
    return this.tokens.get(token);
  }

  revokeToken(token: string): boolean {
    return this.tokens.delete(token);
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

/** Is the 24-hour service window of this chat open? */
export function windowOpen(conversation: Conversation | undefined, now: number): boolean {
  const last = conversation?.lastInboundAt;
  return last !== undefined && now - last < SERVICE_WINDOW_MS;
}
