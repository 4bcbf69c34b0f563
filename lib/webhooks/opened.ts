/**
 * Payloads this process sealed a moment ago, as text: handling their events need not fetch and open them again. A hint only: the row is
 * the truth, and whatever is not here is opened from it. Bounded, oldest first out.
 */

/** Characters held at most. */
const MOST = 16 * 1024 * 1024;

const texts = new Map<string, string>();
let held = 0;

/** Holds an event's payload until it is taken. */
export function keepOpened(eventId: string, text: string): void {
  if (text.length > MOST) return;
  texts.set(eventId, text);
  held += text.length;
  for (const id of texts.keys()) {
    if (held <= MOST) return;
    takeOpened(id);
  }
}

/** The payload of an event if this process still holds it, once: a set that fails starts over from its rows. */
export function takeOpened(eventId: string): string | undefined {
  const text = texts.get(eventId);
  if (text === undefined) return;
  texts.delete(eventId);
  held -= text.length;
  return text;
}
