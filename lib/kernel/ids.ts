/** Branded UUIDv7 ids: sortable, native `uuid` in rows, never interchangeable in code. */
import { uuidv7 } from "uuidv7";

export type Noun =
  | "organisation"
  | "user"
  | "session"
  | "channel"
  | "contact"
  | "identity"
  | "conversation"
  | "message"
  | "outbox"
  | "template"
  | "delivery"
  | "event"
  | "endpoint"
  | "dataKey"
  | "receipt";

declare const noun: unique symbol;
/** A UUID string that names one kind of thing. */
export type Id<N extends Noun> = string & { readonly [noun]: N };

/** Mints a new UUIDv7. */
export const newId = <N extends Noun>(_noun: N): Id<N> => uuidv7() as Id<N>;

/** The one cast from a trusted string (a row, a parsed payload) to a branded id. */
export const asId = <N extends Noun>(_noun: N, value: string): Id<N> => value as Id<N>;
