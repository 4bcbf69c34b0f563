/** Delivers webhooks as Meta does: signed, at least once, in no promised order, again until the answer is 200. */
import http from "node:http";
import type { Faults } from "../faults";
import type { Ledger } from "../ledger";
import type { Timers } from "../timers";
import type { World } from "../world";
import { type ChatEvent, envelope, type FieldEvent, type HookEvent, MALFORMED, signature, wireBytes } from "./envelope";
import { MAX_SOCKETS, type PostOutcome, post } from "./post";

interface Delivery {
  url: string;
  bytes: Buffer;
  events: HookEvent[];
  attempt: number;
  /** Of a customer's own app; ours signs unless named. */
  secret?: string;
  /** An addition of a fault: sent once, whatever the answer. */
  extra?: "duplicate" | "malformed" | "forged";
}

/** The fields an override callback receives; all others go to the app's own (meta: webhooks/override). */
const OVERRIDDEN = new Set([
  "messages",
  "message_echoes",
  "smb_message_echoes",
  "smb_app_state_sync",
  "history",
  "account_settings_update",
]);

/** Waits before the second, third … attempt, ms; the last one repeats for ever. */
export const RETRY_MS = [0, 1000, 2000, 5000, 10_000, 30_000, 60_000];
/** After a refused connection nothing is sent for so long, or a stopped receiver would be hammered by the whole backlog. */
const BREATHER_MS = 200;

export class WebhookSender {
  private queue: Delivery[] = [];
  private head = 0;
  private inFlight = 0;
  private waiting = 0;
  private quietUntil = 0;
  private wake = false;
  private batch: ChatEvent[] = [];
  private closed = false;
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: "lifo" });

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
    private readonly ledger: Ledger,
    private readonly timers: Timers,
    private readonly tune: { escapes: boolean },
    private readonly retryMs: readonly number[] = RETRY_MS,
  ) {}

  /** What is not yet answered with 200. */
  get pending(): { queued: number; inFlight: number; waiting: number; total: number } {
    const queued = this.queue.length - this.head;
    const waiting = this.waiting + this.batch.length;
    return { queued, inFlight: this.inFlight, waiting, total: queued + this.inFlight + waiting };
  }

  /** Takes an event; without a subscription or a callback it goes nowhere, as on the real platform. */
  send(event: ChatEvent): void {
    if (!this.closed) this.toOthers(event);
    if (this.closed || !this.world.wabas.get(event.wabaId)?.subscribed || !this.wants("messages")) return;
    const bite = this.faults.roll("webhook", "batch", { to: event.client, phoneNumberId: event.phoneNumberId });
    if (!bite) {
      this.dispatch([event]);
      return;
    }
    this.batch.push(event);
    if (this.batch.length >= (bite.rule.n ?? 50)) {
      this.flushBatch();
      return;
    }
    if (this.batch.length === 1) this.timers.after(bite.rule.ms ?? 100, () => this.flushBatch());
  }

  /**
   * Takes a change of another field. Those of our partner portfolio need no subscription of an account.
   * @returns whether anybody is told
   */
  tell(event: FieldEvent): boolean {
    const ofPartner = event.entryId === this.world.partnerId;
    const subscribed = ofPartner || this.world.wabas.get(event.wabaId ?? "")?.subscribed === true;
    if (this.closed || !subscribed || !this.wants(event.field) || !this.urlFor(event)) return false;
    this.dispatch([event]);
    return true;
  }

  /** Closes all sockets; what is pending is dropped with the process. */
  close(): void {
    this.closed = true;
    this.agent.destroy();
  }

  private flushBatch(): void {
    const events = this.batch;
    this.batch = [];
    if (events.length > 1) this.faults.happened("webhook", "batch");
    for (const group of byUrl(events, (event) => this.urlFor(event))) this.dispatch(group);
  }

  /** Every app subscribed to the account is told, at its own address and under its own secret. */
  private toOthers(event: ChatEvent): void {
    const waba = this.world.wabas.get(event.wabaId);
    for (const [appId, { subscribed, overrideUri }] of Object.entries(waba?.others ?? {})) {
      const url = this.world.phones.get(event.phoneNumberId)?.otherUris?.[appId] ?? overrideUri;
      const secret = this.world.otherApps.get(appId)?.secret;
      if (!subscribed || !url || !secret) continue;
      this.enqueue({ url, bytes: wireBytes(envelope([event]), this.tune.escapes), events: [event], attempt: 1, secret });
    }
  }

  private urlFor(event: HookEvent): string | undefined {
    if ("field" in event && !OVERRIDDEN.has(event.field)) return this.world.app.callbackUrl;
    const phone = this.world.phones.get(event.phoneNumberId ?? "");
    return phone?.overrideUri ?? this.world.wabas.get(event.wabaId ?? "")?.overrideUri ?? this.world.app.callbackUrl;
  }

  private wants(field: string): boolean {
    const { fields } = this.world.app;
    return fields === undefined || fields.includes(field);
  }

  private dispatch(events: HookEvent[]): void {
    const first = events[0];
    const url = first && this.urlFor(first);
    if (!first || !url) return;
    const delivery: Delivery = { url, bytes: wireBytes(envelope(events), this.tune.escapes), events, attempt: 1 };
    const about = { to: first.client, phoneNumberId: first.phoneNumberId };
    const duplicate = this.faults.roll("webhook", "duplicate", about);
    if (duplicate) this.later(duplicate.chance * (duplicate.rule.ms ?? 500), { ...delivery, extra: "duplicate" });
    const malformed = this.faults.roll("webhook", "malformed", about);
    if (malformed) {
      const body = MALFORMED[Math.floor(malformed.chance * MALFORMED.length)] ?? "";
      this.enqueue({ ...delivery, bytes: Buffer.from(body), events: [], extra: "malformed" });
    }
    if (this.faults.roll("webhook", "forged", about)) this.enqueue({ ...delivery, extra: "forged" });
    const delay = this.faults.roll("webhook", "delay", about);
    const reorder = this.faults.roll("webhook", "reorder", about);
    if (delay) this.faults.happened("webhook", "delay");
    if (reorder) this.faults.happened("webhook", "reorder");
    const wait = (delay ? (delay.rule.ms ?? 1000) : 0) + (reorder ? reorder.chance * (reorder.rule.ms ?? 2000) : 0);
    if (wait > 0) this.later(wait, delivery);
    else this.enqueue(delivery);
  }

  private later(ms: number, delivery: Delivery): void {
    this.waiting++;
    this.timers.after(ms, () => {
      this.waiting--;
      this.enqueue(delivery);
    });
  }

  private enqueue(delivery: Delivery): void {
    this.queue.push(delivery);
    this.pump();
  }

  private pump(): void {
    const quiet = this.quietUntil - Date.now();
    if (quiet > 0) {
      if (this.wake) return;
      this.wake = true;
      this.timers.after(quiet, () => {
        this.wake = false;
        this.pump();
      });
      return;
    }
    while (this.inFlight < MAX_SOCKETS && this.head < this.queue.length && !this.closed) {
      const next = this.queue[this.head++];
      if (this.head > 1024 && this.head * 2 > this.queue.length) {
        this.queue = this.queue.slice(this.head);
        this.head = 0;
      }
      if (next) void this.attempt(next);
    }
  }

  private async attempt(delivery: Delivery): Promise<void> {
    this.inFlight++;
    const secret = delivery.extra === "forged" ? "not-the-secret" : (delivery.secret ?? this.world.app.secret);
    const first = delivery.events[0];
    // a rule with p = 1 must not block an event for ever: only its first three attempts may be reset
    const reset =
      !delivery.extra && delivery.attempt <= 3 && first
        ? this.faults.roll("webhook", "reset", { to: first.client, phoneNumberId: first.phoneNumberId })
        : undefined;
    if (reset) this.faults.happened("webhook", "reset");
    const outcome = await post(delivery.url, delivery.bytes, signature(delivery.bytes, secret), {
      agent: this.agent,
      ...(reset ? { reset: reset.chance < 0.5 ? ("midway" as const) : ("after-body" as const) } : {}),
    });
    this.inFlight--;
    if (this.closed) return;
    if (delivery.extra) this.faults.happened("webhook", delivery.extra);
    this.write(delivery, outcome);
    if (outcome === "error") this.quietUntil = Date.now() + BREATHER_MS;
    if (outcome === 200) this.acknowledged(delivery);
    else if (!delivery.extra) this.retry(delivery);
    this.pump();
  }

  private retry(delivery: Delivery): void {
    const wait = this.retryMs[Math.min(delivery.attempt, this.retryMs.length) - 1] ?? 60_000;
    this.later(wait, { ...delivery, attempt: delivery.attempt + 1 });
  }

  /** The client's own message shows a second tick once the business has it. */
  private acknowledged(delivery: Delivery): void {
    if (delivery.extra) return;
    for (const event of delivery.events) {
      const found = "list" in event && event.list === "messages" ? this.world.findMessage(event.wamid) : undefined;
      if (found?.item.direction !== "in" || found.item.state === "read") continue;
      found.item.state = "delivered";
      this.world.changed(found.conversation);
    }
  }

  private write(delivery: Delivery, answer: PostOutcome): void {
    const { attempt } = delivery;
    if (delivery.extra === "malformed" || delivery.extra === "forged") {
      const type = delivery.extra;
      this.ledger.note({ kind: "webhook", phoneNumberId: null, wamid: null, tag: null, to: null, type, attempt, answer });
      return;
    }
    for (const event of delivery.events) {
      this.ledger.note({
        kind: "webhook",
        phoneNumberId: event.phoneNumberId,
        wamid: event.wamid,
        tag: ("tag" in event && event.tag) || null,
        to: event.client,
        type: event.type,
        ...(event.text === undefined ? {} : { text: event.text }),
        attempt,
        answer,
      });
    }
  }
}

function byUrl(events: ChatEvent[], urlFor: (event: HookEvent) => string | undefined): ChatEvent[][] {
  const groups = new Map<string, ChatEvent[]>();
  for (const event of events) {
    const url = urlFor(event) ?? "";
    groups.set(url, [...(groups.get(url) ?? []), event]);
  }
  return [...groups.values()];
}
