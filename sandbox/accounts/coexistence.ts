/** What a coexistence number hands over: its address book and its chats of half a year, in webhooks. */
import { createHash } from "node:crypto";
import type { Context } from "../context";
import type { JsonObject } from "../json";
import { mediaUrl, storeMedia } from "../media";
import { type Random, seededRandom } from "../random";
import { SAMPLES } from "../samples";
import type { Phone } from "../world";
import { DEFAULT_SYNC, type SyncPlan } from "./model";
import { tellNumber } from "./tell";

const DAY_MS = 86_400_000;
const HISTORY_DAYS = 180;
/** Contacts per webhook. */
const CONTACTS = 50;
/** So many webhooks may be on their way, or wait for another try, before the next of a synchronisation is made. */
const MOST_ON_THE_WAY = 4;
const MOST_WAITING = 64;
const FIRST = ["Ana", "Budi", "Carla", "Dewi", "Emre", "Fatima", "Gita", "Hugo", "Ines", "Joko"];
const LAST = ["Souza", "Santoso", "Lima", "Lestari", "Kaya", "Costa", "Wijaya", "Braga"];

export const planOf = (phone: Phone): SyncPlan => phone.sync ?? DEFAULT_SYNC;

/** The person behind a thread: always the same for the same number and index. */
export function personOf(index: number): { name: string; first: string; phone: string } {
  const first = FIRST[index % FIRST.length] ?? "Ana";
  const last = LAST[Math.floor(index / FIRST.length) % LAST.length] ?? "Souza";
  return { first, name: `${first} ${last}`, phone: `55119${String(70_000_000 + index)}` };
}

/** Sends the address book. */
export async function emitContacts(ctx: Context, phone: Phone): Promise<void> {
  const { contacts } = planOf(phone);
  const total = typeof contacts === "number" ? contacts : contacts.length;
  const timestamp = String(Math.floor(ctx.now() / 1000));
  for (let from = 0; from < total; from += CONTACTS) {
    await room(ctx);
    const rows = Array.from({ length: Math.min(CONTACTS, total - from) }, (_, i) => contactOf(contacts, from + i, timestamp));
    tellNumber(ctx, phone, "smb_app_state_sync", { state_sync: rows });
  }
}

function contactOf(contacts: SyncPlan["contacts"], index: number, timestamp: string): JsonObject {
  const given = typeof contacts === "number" ? undefined : contacts[index];
  const person = personOf(index);
  const action = given?.action ?? "add";
  const name = given ? given.name : person.name;
  const names = action === "remove" ? {} : { full_name: name, first_name: name.split(" ")[0] };
  return {
    type: "contact",
    contact: { ...names, phone_number: given ? given.phone.replace(/\D/g, "") : person.phone },
    action,
    metadata: { timestamp },
  };
}

/** Part of the history that travels in one webhook: messages `from` to `to`, counted from the newest. */
export interface Chunk {
  phase: number;
  order: number;
  from: number;
  to: number;
  progress: number;
}

/**
 * Cuts the history into chunks that never cross a phase: day 0 to 1, to day 90, to day 180.
 * @returns the chunks in the order of phase and chunk_order
 */
export function chunksOf({ messages, chunk }: Pick<SyncPlan, "messages" | "chunk">): Chunk[] {
  const bounds = [1, 90, HISTORY_DAYS].map((days) => Math.ceil(messages * Math.cbrt(days / HISTORY_DAYS)));
  const chunks: Chunk[] = [];
  let from = 0;
  for (const [phase, bound] of bounds.entries()) {
    for (let order = 1; from < bound; order++) {
      const to = Math.min(from + chunk, bound);
      chunks.push({ phase, order, from, to, progress: Math.floor((to / messages) * 100) });
      from = to;
    }
  }
  return chunks;
}

/** Sends the chats in chunks, out of order and twice where the plan says so, then the files of the newest messages. */
export async function emitHistory(ctx: Context, phone: Phone): Promise<void> {
  const plan = planOf(phone);
  if (plan.declined) {
    tellNumber(ctx, phone, "history", { history: [{ errors: [DECLINED] }] });
    return;
  }
  const now = ctx.now();
  const random = seededRandom(`${plan.seed}/${phone.id}`);
  const chunks = chunksOf(plan);
  const order = chunks.flatMap((chunk) => (random() < plan.repeat ? [chunk, chunk] : [chunk]));
  if (plan.shuffle) shuffle(order, random);
  for (const chunk of order) {
    await room(ctx);
    tellNumber(ctx, phone, "history", { history: [historyOf(phone, plan, chunk, now)] });
  }
  for (let index = 0; index < Math.min(plan.media, plan.messages); index++) {
    await room(ctx);
    tellNumber(ctx, phone, "history", { messages: [mediaOf(ctx, phone, plan, index, now)] });
  }
}

const DECLINED = {
  code: 2593109,
  title: "History sharing is turned off",
  message: "History sharing is turned off by the business in the WhatsApp Business App",
  error_data: { details: "The business chose not to share its chat history." },
};

function shuffle<T>(list: T[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as T, list[i] as T]; // both indexes are inside the list
  }
}

function historyOf(phone: Phone, plan: SyncPlan, chunk: Chunk, now: number): JsonObject {
  const threads = new Map<string, JsonObject[]>();
  for (let index = chunk.from; index < chunk.to; index++) {
    const { client, ...message } = messageOf(phone, plan, index, now);
    const thread = threads.get(client) ?? [];
    threads.set(client, thread);
    thread.unshift(message); // oldest first within a thread
  }
  return {
    metadata: { phase: chunk.phase, chunk_order: chunk.order, progress: chunk.progress },
    threads: [...threads].map(([id, messages]) => ({ id, messages })),
  };
}

/** One message of the past, always the same for the same plan and index. */
function messageOf(phone: Phone, plan: SyncPlan, index: number, now: number): JsonObject & { client: string } {
  const random = seededRandom(`${plan.seed}/${phone.id}/${index}`);
  const client = personOf(Math.floor(random() * plan.threads)).phone;
  const outgoing = index >= plan.media && random() < 0.5;
  const age = HISTORY_DAYS * DAY_MS * (index / plan.messages) ** 3;
  const media = index < plan.media;
  return {
    client,
    ...(outgoing ? { from: phone.digits, to: client } : { from: client }),
    id: historicId(phone, plan, index),
    timestamp: String(Math.floor((now - age) / 1000)),
    ...(media ? { type: "media_placeholder" } : { type: "text", text: { body: `Message ${index + 1} of the past` } }),
    history_context: { status: outgoing ? (random() < 0.7 ? "READ" : "DELIVERED") : "READ" },
  };
}

const historicId = (phone: Phone, plan: SyncPlan, index: number): string =>
  `wamid.${createHash("sha256").update(`${plan.seed}/${phone.id}/${index}`).digest("base64")}`;

/** The file behind a placeholder, as an ordinary media message with the same id. */
function mediaOf(ctx: Context, phone: Phone, plan: SyncPlan, index: number, now: number): JsonObject {
  const { client, type: _, history_context: __, ...message } = messageOf(phone, plan, index, now);
  const { mime, bytes } = SAMPLES.image;
  const media = storeMedia(ctx, phone.id, { mime, bytes: bytes(), origin: "webhook" });
  const image = { mime_type: mime, sha256: media.sha256, id: media.id, url: mediaUrl(ctx, media) };
  return { ...message, type: "image", image };
}

/** Waits until few webhooks are on their way: a long history never lies in memory as a whole. */
async function room(ctx: Context): Promise<void> {
  const full = ({ queued, inFlight, waiting }: Context["hooks"]["pending"]) =>
    queued + inFlight >= MOST_ON_THE_WAY || waiting >= MOST_WAITING;
  while (full(ctx.hooks.pending)) await new Promise<void>((resolve) => ctx.timers.after(5, resolve));
}
