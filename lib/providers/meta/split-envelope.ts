/** A Meta webhook body, walked whole: every entry, change, message, status and error becomes one piece with its dedupe key. Pure. */
import { createHash } from "node:crypto";
import { phoneAliases } from "@/lib/kernel/phone";
import { isObject, type Json, list, str } from "@/lib/providers/meta/json";
import { splitHistory } from "@/lib/providers/meta/split-history";

export type PieceKind = "message" | "status" | "error" | "echo" | "generic";

export interface Piece {
  kind: PieceKind;
  field: string;
  phoneNumberId: string | null;
  wabaId: string | null;
  /** Parts of the dedupe key; the caller turns them into an HMAC, since some contain a person. */
  dedupe: string[];
  /** Self-contained: what this one event needs, as Meta said it. */
  payload: Record<string, unknown>;
  /** Set when the piece cannot be understood whatever we do. */
  broken: "foreign_shape" | null;
}

// ids of templates are bare numbers beyond 2^53: quoted before parsing, or digits would be lost
const BIG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
const HAS_BIG = /[:,[\s]-?\d{16,}/;

/** Parses a body without losing digits of long integers. @throws SyntaxError if it is no JSON */
export function parseBody(raw: Buffer): unknown {
  const source = raw.toString("utf8");
  if (!HAS_BIG.test(source)) return JSON.parse(source);
  try {
    return JSON.parse(source.replace(BIG, (m) => (m.startsWith('"') ? m : `"${m}"`)));
  } catch {
    return JSON.parse(source); // digits may be lost; the message may not
  }
}

/** JSON with sorted keys, so that key order does not matter to a hash. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value).sort();
  return `{${keys.map((k) => `${JSON.stringify(k)}:${canonicalJson(value[k])}`).join(",")}}`;
}
const digest = (value: unknown) => createHash("sha256").update(canonicalJson(value)).digest("hex");

/**
 * Splits a parsed body.
 * @returns null when the body is no envelope at all (quarantined whole); otherwise every piece, in the order of the body
 */
export function splitEnvelope(body: unknown): Piece[] | null {
  if (!isObject(body) || !Array.isArray(body.entry) || body.entry.length === 0) return null;
  return body.entry.flatMap((entry): Piece[] => {
    if (!isObject(entry) || !Array.isArray(entry.changes) || entry.changes.length === 0)
      return [brokenPiece(entry, { wabaId: null, time: "" })];
    return entry.changes.flatMap((change) => splitChange(entry, change));
  });
}

/**
 * Whether a body holds more elements than `most`, counted before any is looked at: two million empty ones fit into one body. Messages of
 * a phone app's past come many to a piece, and are not counted.
 */
export function holdsMoreThan(most: number, body: unknown): boolean {
  let n = 0;
  for (const entry of isObject(body) ? list(body.entry) : []) {
    const changes = isObject(entry) ? list(entry.changes) : [];
    if (changes.length === 0) n++;
    for (const change of changes) n += Math.max(1, elementsOf(isObject(change) ? change : {}));
    if (n > most) return true;
  }
  return false;
}

function elementsOf({ field, value }: Json): number {
  if (!isObject(value)) return 0;
  if (field === "history") return list(value.history).length;
  const echoes = list(value.message_echoes).length;
  if (field !== "messages") return echoes;
  return echoes + list(value.messages).length + list(value.statuses).length + list(value.errors).length;
}

/** @param where account and time of its entry: the same foreign shape elsewhere or later is another event */
function brokenPiece(value: unknown, where: { wabaId: string | null; time: string }): Piece {
  const payload = { value } as Json;
  return {
    kind: "generic",
    field: "unreadable",
    phoneNumberId: null,
    wabaId: where.wabaId,
    dedupe: ["broken", where.wabaId ?? "", where.time, digest(value)],
    payload,
    broken: "foreign_shape",
  };
}

function splitChange(entry: Json, change: unknown): Piece[] {
  const entryId = str(entry.id);
  const time = str(entry.time) ?? "";
  if (!isObject(change) || !isObject(change.value)) return [brokenPiece(change, { wabaId: entryId, time })];
  const value = change.value;
  const field = str(change.field) ?? "unknown";
  const metadata = metadataOf(value.metadata);
  const phoneNumberId = str(metadata.phone_number_id);
  const wabaId = isObject(value.waba_info) ? (str(value.waba_info.waba_id) ?? entryId) : entryId;
  const base = { field, phoneNumberId, wabaId, broken: null };
  const scope = phoneNumberId ?? `waba:${wabaId ?? ""}`;

  const generic = (what: Json): Piece => ({
    ...base,
    kind: "generic",
    dedupe: ["generic", scope, wabaId ?? "", field, digest(what), time],
    payload: { entryId, entryTime: str(entry.time), field, value: what },
  });
  if (field === "history")
    return splitHistory(value).map(({ value: own, part }) => {
      const piece = generic(own);
      return { ...piece, dedupe: [...piece.dedupe, String(part)], payload: { ...piece.payload, part } };
    });
  const echoes = list(value.message_echoes).map(
    (echo): Piece => ({
      ...base,
      kind: "echo",
      dedupe: ["echo", scope, (isObject(echo) && str(echo.id)) || digest(echo)],
      payload: { metadata, echo },
    }),
  );
  if (field === "messages") {
    const contactOf = contactFinder(list(value.contacts));
    const pieces: Piece[] = [
      ...list(value.messages).map((message) => ({
        ...base,
        kind: "message" as const,
        dedupe:
          isObject(message) && str(message.id) ? ["message", scope, str(message.id) ?? ""] : ["message?", scope, digest(message)],
        payload: { metadata, message, contacts: contactOf(message) },
      })),
      ...list(value.statuses).map((status) => ({
        ...base,
        kind: "status" as const,
        dedupe: isObject(status)
          ? [
              "status",
              scope,
              str(status.id) ?? digest(status),
              str(status.status) ?? "",
              str(status.recipient_participant_id) ?? "",
              str(status.timestamp) ?? "",
            ]
          : ["status?", scope, digest(status)],
        payload: { metadata, status },
      })),
      ...list(value.errors).map((error) => ({
        ...base,
        kind: "error" as const,
        dedupe: ["error", scope, isObject(error) ? (str(error.code) ?? "") : "", digest(error), time],
        payload: { metadata, error },
      })),
    ];
    const rest = besides(value);
    if (pieces.length > 0) return [...pieces, ...echoes, ...(rest ? [generic(rest)] : [])];
  }
  return echoes.length > 0 ? echoes : [generic(value)];
}

const UNDERSTOOD = new Set(["messages", "statuses", "errors", "message_echoes"]);
/** Lists that stand beside messages and statuses but are none of ours, or have another shape than theirs; null when there are none. */
function besides(value: Json): Json | null {
  const rest = Object.entries(value).filter(([key, member]) =>
    UNDERSTOOD.has(key)
      ? !Array.isArray(member) && member !== null
      : Array.isArray(member) && member.length > 0 && key !== "contacts",
  );
  return rest.length > 0 ? Object.fromEntries(rest) : null;
}

/** Only what is used, and no longer than it can be: it is copied into every piece. */
const LONGEST = 400;
const short = (value: unknown): string | null => str(value)?.slice(0, LONGEST) ?? null;
const metadataOf = (value: unknown): Json =>
  isObject(value)
    ? { display_phone_number: short(value.display_phone_number), phone_number_id: short(value.phone_number_id) }
    : {};
function contactPart(contact: Json): Json {
  const profile = isObject(contact.profile) ? contact.profile : {};
  return {
    wa_id: short(contact.wa_id),
    user_id: short(contact.user_id),
    parent_user_id: short(contact.parent_user_id),
    profile: { name: short(profile.name), username: short(profile.username) },
  };
}

/**
 * Finds the contacts element of a message's author: paired by an id they share, never by index. Only a message that
 * names no author at all takes the one contact there is.
 */
function contactFinder(contacts: unknown[]): (message: unknown) => Json[] {
  const byUser = new Map<string, Json>();
  for (const contact of contacts) {
    if (!isObject(contact)) continue;
    const part = contactPart(contact);
    for (const id of [part.wa_id, part.user_id]) if (typeof id === "string" && !byUser.has(id)) byUser.set(id, part);
  }
  return (message) => {
    if (!isObject(message)) return [];
    const [from, user] = [str(message.from), str(message.from_user_id)];
    const match = [user, ...(from ? phoneAliases(from) : [])].map((id) => byUser.get(id ?? "")).find(Boolean);
    if (match) return [match];
    const [only] = contacts;
    return from === null && user === null && contacts.length === 1 && isObject(only) ? [contactPart(only)] : [];
  };
}
