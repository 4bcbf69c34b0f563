/** Live streams of this process: one Redis subscription, fan-out in memory, sessions rechecked every five seconds. */

import { can, fatesOfSessions, hashSession } from "@/lib/identity";
import { heardBy, type Kept, keptFrom } from "@/lib/inbox";
import { userIdOf } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { seconds } from "@/lib/kernel/time";
import { type LiveEntry, liveSince, newestLiveId, subscribeLive } from "@/lib/platform/live";
import { errorFields, log } from "@/lib/platform/log";
import { gauges } from "@/lib/platform/metrics";
import { type EventStream, openEventStream } from "@/lib/web/event-stream";
import type { Visitor } from "@/lib/web/request-guard";

const RECHECK = seconds(5);
const EVENT = "live";
const STREAMS_PER_SESSION = 20;

interface Stream {
  visitor: Visitor;
  idHash: Buffer;
  out: EventStream;
}

class LiveHub {
  #byOrg = new Map<string, Set<Stream>>();
  #waiting = new Map<string, LiveEntry[]>();
  #redisUp = false;
  constructor() {
    subscribeLive(
      (entry) => this.#deliver(entry),
      (up) => {
        this.#redisUp = up;
        if (up) this.#resyncAll(); // whatever was published meanwhile was not heard
      },
    );
    setInterval(() => void this.#recheck(), RECHECK).unref();
  }

  /** Opens a visitor's stream; `afterId` resumes where the browser left off. */
  open(visitor: Visitor, signal: AbortSignal, afterId: string | null): Response {
    const { orgId } = visitor.ctx;
    const streams = this.#byOrg.get(orgId) ?? new Set();
    const out = openEventStream(signal, () => {
      if (streams.delete(stream)) gauges.liveStreams.dec();
      if (streams.size === 0 && this.#byOrg.get(orgId) === streams) this.#byOrg.delete(orgId);
    });
    this.#closeOldest(streams, visitor.secret);
    const stream: Stream = { visitor, idHash: hashSession(visitor.secret), out };
    this.#byOrg.set(orgId, streams.add(stream));
    gauges.liveStreams.inc();
    void this.#resume(stream, afterId);
    return out.response;
  }

  /** One session needs a stream per tab, not hundreds. */
  #closeOldest(streams: Set<Stream>, secret: string) {
    const own = [...streams].filter((s) => s.visitor.secret === secret);
    if (own.length >= STREAMS_PER_SESSION) own[0]?.out.close();
  }

  /** What a browser missed; without a place to go on from it refetches, and is given one. */
  async #resume(stream: Stream, afterId: string | null) {
    const { orgId } = stream.visitor.ctx;
    const missed = afterId ? await liveSince(orgId, afterId) : null;
    const kept = missed && (await this.#walls(orgId, missed));
    if (missed && kept) for (const entry of missed) this.#offer(stream, entry, kept);
    else this.#send(stream, { type: "resync" }, (await newestLiveId(orgId)) ?? undefined);
  }

  /** Entries of one organisation go out in order, as many at a time as came while walls were looked up. */
  #deliver(entry: LiveEntry) {
    if (!this.#byOrg.has(entry.orgId)) return;
    const waiting = this.#waiting.get(entry.orgId);
    if (waiting) waiting.push(entry);
    else {
      this.#waiting.set(entry.orgId, [entry]);
      void this.#drain(entry.orgId);
    }
  }
  async #drain(orgId: string) {
    for (let batch = this.#waiting.get(orgId) ?? []; batch.length > 0; batch = this.#waiting.get(orgId) ?? []) {
      this.#waiting.set(orgId, []);
      const kept = await this.#walls(orgId, batch);
      for (const stream of this.#byOrg.get(orgId) ?? []) {
        if (kept) for (const entry of batch) this.#offer(stream, entry, kept);
        else this.#send(stream, { type: "resync" });
      }
    }
    this.#waiting.delete(orgId);
  }
  /** Null when it cannot be told: then nobody hears more than that something happened. */
  async #walls(orgId: string, entries: readonly LiveEntry[]): Promise<Kept | null> {
    try {
      return await keptFrom(
        asId("organisation", orgId),
        entries.map((e) => e.event),
      );
    } catch (error) {
      log.warn("live.walls_failed", errorFields(error));
      return null;
    }
  }
  /** Only ids their reader may read now. */
  #offer(stream: Stream, entry: LiveEntry, kept: Kept) {
    const { ctx } = stream.visitor;
    if (entry.event.conversationId && !can(ctx, "inbox.read")) return;
    const event = heardBy(entry.event, kept, userIdOf(ctx));
    if (event) this.#send(stream, event, entry.id);
  }
  #send(stream: Stream, event: object, id?: string) {
    stream.out.send(EVENT, event, id);
  }
  #all(): Stream[] {
    return [...this.#byOrg.values()].flatMap((set) => [...set]);
  }
  #resyncAll() {
    for (const stream of this.#all()) this.#send(stream, { type: "resync" });
  }

  async #recheck() {
    const streams = this.#all();
    if (streams.length === 0) return;
    if (!this.#redisUp) this.#resyncAll(); // polling until Redis is back
    try {
      const fates = await fatesOfSessions(
        streams.map((s) => ({ idHash: s.idHash, role: s.visitor.ctx.role, orgId: s.visitor.ctx.orgId })),
        new Date(),
      );
      for (const [index, stream] of streams.entries()) {
        const fate = fates[index];
        if (fate === "live") continue;
        this.#send(stream, { type: fate === "changed" ? "session.changed" : "session.ended" });
        stream.out.close();
      }
    } catch (error) {
      log.warn("live.recheck_failed", errorFields(error));
    }
  }
}

let hub: LiveHub | undefined;
/** The hub of this process; made with the first stream. */
export const liveHub = () => (hub ??= new LiveHub());
