/**
 * Live fan-out: ids only, on one Redis stream per organisation (1,000 entries) and one channel for all.
 * Losing Redis loses nothing but speed: browsers poll.
 */
import type { Id } from "@/lib/kernel/ids";
import { errorFields, log } from "@/lib/platform/log";
import { producerRedis, subscriberRedis } from "@/lib/platform/redis";

export interface LiveMessage {
  type: "conversation.changed" | "templates.changed" | "access.changed";
  conversationId?: string;
  messageIds?: string[];
}
/** Says that a message of a conversation is new or another than before. */
export const conversationChanged = (m: { conversationId: string; messageId: string }): LiveMessage => ({
  type: "conversation.changed",
  conversationId: m.conversationId,
  messageIds: [m.messageId],
});

/** Says that a conversation's row is another than before. */
export const conversationTouched = (conversationId: string): LiveMessage => ({ type: "conversation.changed", conversationId });

/** As it travels: which organisation, and the stream id for resume. */
export interface LiveEntry {
  orgId: string;
  id: string;
  event: LiveMessage;
}

const PULSE = 5000;
const CHANNEL = "parley:live";
const KEEP = 1000;
const streamOf = (orgId: string) => `parley:${orgId}:live`;

const PUBLISH = `
for i = 1, #ARGV do
  local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${KEEP}, '*', 'e', ARGV[i])
  redis.call('PUBLISH', '${CHANNEL}', KEYS[1] .. ' ' .. id .. ' ' .. ARGV[i])
end
return #ARGV`;

/** Publishes after the commit. Never throws. */
export async function publishLive(orgId: Id<"organisation">, events: readonly LiveMessage[]): Promise<void> {
  if (events.length === 0) return;
  try {
    await producerRedis().eval(PUBLISH, 1, streamOf(orgId), ...events.map((e) => JSON.stringify(e)));
  } catch (error) {
    log.warn("live.publish_lost", errorFields(error));
  }
}

/**
 * What happened after a stream id, oldest first.
 * @returns null when that cannot be told (id no longer kept, Redis away): the browser must refetch
 */
export async function liveSince(orgId: string, afterId: string): Promise<LiveEntry[] | null> {
  if (!/^\d{1,15}-\d{1,10}$/.test(afterId)) return null;
  try {
    const redis = producerRedis();
    const known = await redis.xrange(streamOf(orgId), afterId, afterId);
    if (known.length === 0) return null;
    const entries = await redis.xrange(streamOf(orgId), `(${afterId}`, "+");
    return entries.map(([id, fields]) => ({ orgId, id, event: parseEvent(fields[1] ?? "{}") }));
  } catch {
    return null;
  }
}

/** The newest stream id of an organisation, or null when there is none or Redis is away. */
export async function newestLiveId(orgId: string): Promise<string | null> {
  try {
    const [entry] = await producerRedis().xrevrange(streamOf(orgId), "+", "-", "COUNT", 1);
    return entry?.[0] ?? null;
  } catch {
    return null;
  }
}

/** One subscription per process. `onEntry` gets every organisation's entries, `onState` whether Redis is there. */
export function subscribeLive(onEntry: (entry: LiveEntry) => void, onState: (up: boolean) => void): void {
  const redis = subscriberRedis();
  // a link that went silent without closing would leave everybody waiting
  setInterval(() => {
    if (redis.status !== "ready") return;
    const silent = setTimeout(() => redis.disconnect(true), PULSE / 2);
    redis
      .ping()
      .catch(() => {})
      .finally(() => clearTimeout(silent));
  }, PULSE).unref();
  redis.on("ready", () => onState(true));
  redis.on("close", () => onState(false));
  redis.on("message", (_channel: string, text: string) => {
    const [stream = "", id = "", ...rest] = text.split(" ");
    onEntry({ orgId: stream.split(":")[1] ?? "", id, event: parseEvent(rest.join(" ")) });
  });
  redis.subscribe(CHANNEL).catch((error) => log.warn("live.subscribe_failed", errorFields(error)));
}

const parseEvent = (text: string): LiveMessage => JSON.parse(text) as LiveMessage;
