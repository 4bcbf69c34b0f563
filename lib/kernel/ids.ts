/** Branded UUIDv7 ids: sortable, native `uuid` in rows, never interchangeable in code. */
import { V7Generator } from "uuidv7";

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
  | "receipt"
  | "onboarding"
  | "press"
  | "link"
  | "claim"
  | "ownApp"
  | "registration"
  | "departure"
  | "numberChange"
  | "disconnection"
  | "matter"
  | "stretch"
  | "activity"
  | "instruction";

declare const noun: unique symbol;
/** A UUID string that names one kind of thing. */
export type Id<N extends Noun> = string & { readonly [noun]: N };

// random words are drawn a page at a time: one call into the system's source for each id cost more than the id
const words = new Uint32Array(512);
let drawn = words.length;
const generator = new V7Generator({
  nextUint32: () => {
    if (drawn === words.length) {
      crypto.getRandomValues(words);
      drawn = 0;
    }
    return words[drawn++] ?? 0;
  },
});

/** Mints a new UUIDv7. */
export const newId = <N extends Noun>(_noun: N): Id<N> => generator.generate().toString() as Id<N>;

/** The one cast from a trusted string (a row, a parsed payload) to a branded id. */
export const asId = <N extends Noun>(_noun: N, value: string): Id<N> => value as Id<N>;
