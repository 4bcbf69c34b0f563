/** POST /{phone}/messages: the send, its faults, and the read receipt that shares its path. */
import type { Context } from "../context";
import type { Bite, SendKind } from "../faults";
import { newTraceId, newWamid } from "../ids";
import { asText, digitsOf, type JsonObject } from "../json";
import type { LedgerEntry } from "../ledger";
import { type Habits, habitsOf } from "../people";
import { between } from "../random";
import { runTimeline } from "../timeline";
import type { Phone } from "../world";
import { type Accepted, acceptSend, admit } from "./accept";
import { GraphError } from "./errors";
import { readSend } from "./validate";

/** What the HTTP layer does with the caller: answers, cuts the line, or leaves it hanging. */
export type Reply = { do: "answer"; status: number; body: JsonObject | string } | { do: "reset" } | { do: "hang"; ms: number };

const HANG_MS = 120_000;
const TYPING_MS = 25_000;

/** Handles one POST to /messages from start to the answer to give. */
export async function postMessage(ctx: Context, phone: Phone, body: JsonObject): Promise<Reply> {
  if (asText(body.status) === "read") return markRead(ctx, phone, body);
  await pause(ctx, between(ctx.random, ...ctx.tune.latencyMs));
  const attempt = openAttempt(ctx, phone, body);
  const early = await earlyFault(ctx, attempt);
  if (early) return early;
  const about = { to: attempt.to, phoneNumberId: phone.id };
  const fault = lateFault(ctx, about);
  if (fault && (fault.kind === "5xx-code" || fault.kind === "5xx-bare") && !acceptsAnyway(fault.bite)) {
    ctx.faults.happened("send", fault.kind);
    return finish(ctx, attempt, serverError(fault.kind));
  }
  let accepted: Accepted;
  try {
    const send = readSend(body);
    attempt.type = send.type;
    const admitted = admit(ctx, phone, send);
    accepted = acceptSend(ctx, phone, send, admitted, newWamid(admitted.client, "out"));
  } catch (error) {
    if (error instanceof GraphError) return finish(ctx, attempt, { do: "answer", status: error.status, body: error.body() });
    throw error;
  }
  const reply = fault ? brokenReply(ctx, fault) : habitualReply(habitsOf(accepted.conversation.client), accepted.answer);
  const done = await finish(ctx, attempt, reply, accepted);
  runTimeline(ctx, accepted.conversation, accepted.item, accepted.failure);
  return done;
}

interface Attempt {
  phone: Phone;
  to: string;
  type: string;
  tag: string | null;
  number: number;
}

function openAttempt(ctx: Context, phone: Phone, body: JsonObject): Attempt {
  const tag = asText(body.biz_opaque_callback_data) ?? null;
  const number = tag === null ? 1 : (ctx.tagAttempts.get(tag) ?? 0) + 1;
  if (tag !== null) ctx.tagAttempts.set(tag, number);
  return { phone, to: digitsOf(body.to), type: asText(body.type) ?? "text", tag, number };
}

/** Faults that strike before anything is looked at. */
async function earlyFault(ctx: Context, attempt: Attempt): Promise<Reply | undefined> {
  const about = { to: attempt.to, phoneNumberId: attempt.phone.id };
  const delay = ctx.faults.roll("send", "delay", about);
  if (delay) {
    ctx.faults.happened("send", "delay");
    await pause(ctx, delay.rule.ms ?? 1000);
  }
  if (ctx.faults.roll("send", "429", about)) {
    ctx.faults.happened("send", "429");
    const error = new GraphError(130429);
    return finish(ctx, attempt, { do: "answer", status: error.status, body: error.body() });
  }
  if (ctx.faults.roll("send", "reset-before", about)) {
    ctx.faults.happened("send", "reset-before");
    return finish(ctx, attempt, { do: "reset" });
  }
  return undefined;
}

type LateFault = { kind: SendKind; bite: Bite };

function lateFault(ctx: Context, about: { to: string; phoneNumberId: string }): LateFault | undefined {
  for (const kind of ["5xx-code", "5xx-bare", "reset-after", "lost-answer"] as const) {
    const bite = ctx.faults.roll("send", kind, about);
    if (bite) return { kind, bite };
  }
  return undefined;
}

/** A 5xx may or may not have sent the message: that is what makes it an unknown outcome. */
const acceptsAnyway = (bite: Bite): boolean => bite.rule.accepted ?? bite.chance < 0.5;

function brokenReply(ctx: Context, fault: LateFault): Reply {
  ctx.faults.happened("send", fault.kind);
  if (fault.kind === "reset-after") return { do: "reset" };
  if (fault.kind === "lost-answer") return { do: "hang", ms: fault.bite.rule.ms ?? HANG_MS };
  return serverError(fault.kind);
}

function serverError(kind: SendKind): Reply {
  if (kind === "5xx-bare") return { do: "answer", status: 502, body: "<html><body><h1>502 Bad Gateway</h1></body></html>" };
  const error = new GraphError(131000);
  return { do: "answer", status: error.status, body: error.body() };
}

function habitualReply(habits: Habits, answer: JsonObject): Reply {
  if (habits.answer === "500") return serverError("5xx-code");
  if (habits.answer === "never") return { do: "hang", ms: HANG_MS };
  return { do: "answer", status: 200, body: answer };
}

/** Puts the attempt, and the send if there was one, on disk before the caller hears anything. */
async function finish(ctx: Context, attempt: Attempt, reply: Reply, accepted?: Accepted): Promise<Reply> {
  const line: LedgerEntry = {
    kind: "attempt",
    phoneNumberId: attempt.phone.id,
    wamid: accepted?.item.wamid ?? null,
    tag: attempt.tag,
    to: accepted?.conversation.client ?? attempt.to,
    type: attempt.type,
    ...(accepted && accepted.item.text !== "" ? { text: accepted.item.text } : {}),
    attempt: attempt.number,
    answer: reply.do === "answer" ? reply.status : reply.do === "reset" ? "reset" : "lost",
  };
  await ctx.ledger.record(line, ...(accepted ? [{ ...line, kind: "send" as const }] : []));
  return reply;
}

/** The business has read a message of the client, and so all before it; it may show that it types. */
async function markRead(ctx: Context, phone: Phone, body: JsonObject): Promise<Reply> {
  const wamid = asText(body.message_id);
  if (wamid === undefined) throw new GraphError(131008, "The parameter message_id is required.");
  const found = ctx.world.findMessage(wamid);
  if (!found || found.conversation.phoneNumberId !== phone.id || found.item.direction !== "in") {
    throw new GraphError(131009, "Message id is not valid");
  }
  for (const item of found.conversation.items) {
    if (item.direction === "in") item.state = "read";
    if (item === found.item) break;
  }
  // shown for up to 25 s, or until the answer comes
  if (body.typing_indicator !== undefined) {
    found.conversation.typingUntil = ctx.now() + TYPING_MS;
    ctx.timers.after(TYPING_MS + 50, () => ctx.world.changed(found.conversation));
  }
  ctx.world.changed(found.conversation);
  return { do: "answer", status: 200, body: { success: true } };
}

function pause(ctx: Context, ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => ctx.timers.after(ms, resolve));
}

/** Trace headers every Graph answer carries. */
export const traceHeaders = (): { [name: string]: string } => ({
  "facebook-api-version": "v26.0",
  "x-fb-trace-id": newTraceId(),
  "x-app-usage": '{"call_count":1,"total_cputime":1,"total_time":1}',
});
