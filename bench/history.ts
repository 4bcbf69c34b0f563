/** A long past of a phone app told while clients write: how soon it is whole, and what it costs those who write now. */
import { randomUUID } from "node:crypto";
import { asId } from "@/lib/kernel/ids";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { fakeMetaId, type MadeChannel, makeOrganisation } from "@/lib/testing/factory";
import { sign } from "@/lib/testing/webhooks";
import { seededRandom } from "../sandbox/random";
import { median, print, quantile, round, watchNoise } from "./figures";
import { type Ground, sleep, until } from "./trial/ground";

/** Live messages a second over all organisations; what a busy office gets. */
const LIVE_PER_SECOND = 20;
const THREADS = 200;
const CHUNK = 100;
const REPEATED = 0.2;
/** Chunks posted at the same time, as Meta does. */
const AT_ONCE = 4;
const CALM_MS = 15_000;
const LONGEST_MS = 60_000;

interface Sent {
  at: number;
  phoneNumberId: string;
  wamid: string;
  orgId: string;
}
const owner = () => poolOf("owner");

/** Runs the measure. @param ground with a migrated, empty database; starts a receiver and a worker of its own */
export async function measureHistory(ground: Ground, options: { messages: number; rounds: number }): Promise<void> {
  await ground.start("receiver");
  await ground.start("worker");
  await until(
    "the intake has a key",
    async () => (await owner().query("select 1 from intake_endpoints")).rows.length > 0,
    30_000,
  );
  const ratios: number[] = [];
  const wholes: number[] = [];
  let faults = 0;
  for (let i = 0; i < options.rounds; i++) {
    const one = await oneRound(ground, options.messages);
    ratios.push(one.ratio);
    wholes.push(one.seconds);
    if (one.fault !== null) faults++;
    console.log(JSON.stringify({ round: i + 1, ...one }));
  }
  const [ratio, seconds] = [median(ratios), median(wholes)];
  const measure = "history";
  print({
    measure,
    figure: `a past of ${options.messages} messages, shuffled and repeated, is whole`,
    value: round(seconds),
    unit: "s",
    bar: "<= 60 s",
    pass: seconds <= 60 && faults === 0,
  });
  print({
    measure,
    figure: "live messages, 200 to visible, p95 while a past arrives",
    value: round(ratio),
    unit: "x",
    referenceName: "the same without a past, before and after",
    ratio: round(ratio),
    bar: "<= 1.5",
    pass: ratio <= 1.5 && faults === 0,
  });
}

async function oneRound(ground: Ground, messages: number) {
  const [own, other] = [await makeOrganisation(), await makeOrganisation()];
  await owner().query("update channels set coexistence = true where org_id = $1", [own.id]);
  const channels = [own, other].flatMap((org) => org.channels.map((channel) => ({ orgId: org.id as string, channel })));
  const live = new Live(ground, channels);
  const noise = watchNoise([ground.supervisor.pid("postgres") ?? 0]);
  const before = await live.during(() => sleep(CALM_MS));
  const past = pastOf(channels[0]?.channel as MadeChannel, messages);
  let seconds = Number.NaN;
  const meanwhile = await live.during(async () => {
    const began = performance.now();
    await postAll(ground, past);
    const whole = async () => (await countPast(own.id)) === messages;
    await until("the past is whole", whole, 3 * LONGEST_MS, false);
    seconds = (performance.now() - began) / 1000;
  });
  const after = await live.during(() => sleep(CALM_MS));
  const calm = [...before, ...after];
  const fault = await faultOf(own.id, messages, live.lost);
  return {
    ratio: round(quantile(meanwhile, 0.95) / quantile(calm, 0.95)),
    p95_past: round(quantile(meanwhile, 0.95)),
    p95_calm: round(quantile(calm, 0.95)),
    p50_past: round(median(meanwhile)),
    p50_calm: round(median(calm)),
    live: [meanwhile.length, calm.length],
    seconds: round(seconds),
    foreign_cores: noise(),
    fault,
  };
}

/** Posts live messages at a steady rate and looks for each in its table. */
class Live {
  /** Messages that were never seen. */
  lost = 0;
  readonly #waiting = new Map<string, Sent>();
  constructor(
    private readonly ground: Ground,
    private readonly channels: { orgId: string; channel: MadeChannel }[],
  ) {}

  /** How long each message took from its 200 until it could be read, in milliseconds, while something else goes on. */
  async during(work: () => Promise<void>): Promise<number[]> {
    const took: number[] = [];
    let [enough, over] = [false, false];
    const keys = new Map(
      await Promise.all(this.channels.map(async ({ orgId }) => [orgId, await orgKeys(asId("organisation", orgId))] as const)),
    );
    const posts: Promise<void>[] = [];
    const posting = (async () => {
      for (let n = 0, due = performance.now(); !enough; n++, due += 1000 / LIVE_PER_SECOND) {
        await sleep(Math.max(0, due - performance.now()));
        if (enough) break;
        posts.push(this.#post(n, keys));
      }
    })();
    const watching = (async () => {
      while (!over || this.#waiting.size > 0) {
        await sleep(15);
        await this.#look(took);
        if (over && [...this.#waiting.values()].every(({ at }) => performance.now() - at > LONGEST_MS)) break;
      }
    })();
    await work();
    enough = true;
    await posting;
    await Promise.all(posts);
    over = true;
    await watching;
    this.lost += this.#waiting.size;
    this.#waiting.clear();
    return took;
  }

  async #post(n: number, keys: Map<string, Awaited<ReturnType<typeof orgKeys>>>): Promise<void> {
    const { orgId, channel } = this.channels[n % this.channels.length] as Live["channels"][number];
    const wamid = `wamid.live.${randomUUID()}`;
    const message = {
      from: `62812${1_000_000 + (n % 50)}`,
      id: wamid,
      timestamp: `${Math.floor(Date.now() / 1000)}`,
      type: "text",
      text: { body: `sekarang ${n}` },
    };
    await post(this.ground, channel, "messages", { messages: [message] });
    const lookup = keys.get(orgId)?.wamidLookup(channel.phoneNumberId, wamid).toString("hex") ?? "";
    this.#waiting.set(lookup, { at: performance.now(), phoneNumberId: channel.phoneNumberId, wamid, orgId });
  }

  async #look(took: number[]): Promise<void> {
    if (this.#waiting.size === 0) return;
    const wanted = [...this.#waiting.keys()].map((hex) => Buffer.from(hex, "hex"));
    const { rows } = await owner().query<{ wamid_lookup: Buffer }>({
      name: "bench.visible",
      text: "select wamid_lookup from messages where org_id = any($1::uuid[]) and wamid_lookup = any($2::bytea[])",
      values: [this.channels.map((c) => c.orgId), wanted],
    });
    const now = performance.now();
    for (const { wamid_lookup } of rows) {
      const sent = this.#waiting.get(wamid_lookup.toString("hex"));
      if (!sent) continue;
      took.push(Math.max(0, now - sent.at));
      this.#waiting.delete(wamid_lookup.toString("hex"));
    }
  }
}

async function post(ground: Ground, channel: MadeChannel, field: string, value: object): Promise<void> {
  const metadata = { display_phone_number: channel.displayPhone, phone_number_id: channel.phoneNumberId };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: channel.wabaId, changes: [{ field, value: { messaging_product: "whatsapp", metadata, ...value } }] }],
  });
  const headers = { "content-type": "application/json", "x-hub-signature-256": sign(body) };
  const answer = await fetch(`${ground.env.urls.receiver}/api/webhooks/whatsapp`, { method: "POST", headers, body });
  if (answer.status !== 200) throw new Error(`the receiver answered ${answer.status}`);
}

interface Past {
  channel: MadeChannel;
  chunks: object[];
}
/** A past in chunks, shuffled, a fifth of them told twice. */
function pastOf(channel: MadeChannel, messages: number): Past {
  const random = seededRandom(`history/${channel.phoneNumberId}`);
  const start = Math.floor(Date.now() / 1000) - 150 * 86_400;
  const made: object[] = [];
  for (let from = 0; from < messages; from += CHUNK) {
    const threads = new Map<string, object[]>();
    const to = Math.min(messages, from + CHUNK);
    for (let i = from; i < to; i++) {
      const client = `55119${10_000_000 + (i % THREADS)}`;
      const byUs = i % 2 === 1;
      const list = threads.get(client) ?? [];
      threads.set(client, list);
      list.push({
        ...(byUs ? { from: channel.displayPhone, to: client } : { from: client }),
        id: `wamid.past.${channel.phoneNumberId}.${i}`,
        timestamp: `${start + i * 60}`,
        type: "text",
        text: { body: `lama ${i} ${"kata ".repeat(12)}` },
        history_context: { status: "READ" },
      });
    }
    const progress = Math.floor((to / messages) * 100);
    made.push({
      metadata: { phase: 2, chunk_order: from / CHUNK, progress },
      threads: [...threads].map(([id, list]) => ({ id, messages: list })),
    });
  }
  const order = made.flatMap((chunk) => (random() < REPEATED ? [chunk, chunk] : [chunk]));
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as object, order[i] as object]; // both are inside
  }
  return { channel, chunks: order };
}

async function postAll(ground: Ground, { channel, chunks }: Past): Promise<void> {
  let next = 0;
  const one = async () => {
    // each delivery has a body of its own, else the receiver would count a repeat of it and nothing more would be tried
    for (let i = next++; i < chunks.length; i = next++)
      await post(ground, channel, "history", { history: [chunks[i]], delivery: `${i}-${fakeMetaId()}` });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const countPast = async (orgId: string): Promise<number> =>
  (await owner().query("select count(*)::int as n from messages where org_id = $1 and at < now() - interval '1 day'", [orgId]))
    .rows[0]?.n;

/** Speed counts only when the result is right. */
async function faultOf(orgId: string, messages: number, lost: number): Promise<string | null> {
  const { rows } = await owner().query(
    `select (select count(*)::int from messages where org_id = $1 and at < now() - interval '1 day') as past,
      (select count(*)::int from conversations c where org_id = $1 and unread > 0 and last_inbound_at is null) as unread,
      (select coalesce(sum(messages), 0)::int from history_chunks where org_id = $1) as told,
      (select count(*)::int from webhook_events where org_id = $1 and state <> 'processed') as left`,
    [orgId],
  );
  const { past, unread, told, left } = rows[0];
  const right = past === messages && told === messages && unread === 0 && left === 0 && lost === 0;
  return right
    ? null
    : `past ${past} and told ${told} of ${messages}, ${unread} threads wrongly unread, ${left} events left, ${lost} live ones never seen`;
}
