/** Conversations: the 24-hour window, cursors, names. Pure. */

import type { ContentView } from "@/lib/kernel/content";
import { displayPhone } from "@/lib/kernel/phone";
import { addMs, hours } from "@/lib/kernel/time";

/** Meta drops free replies 24 h after the client's last message; the message's own time counts, not its arrival. */
export const SERVICE_WINDOW = hours(24);

export const windowClosesAt = (lastInboundAt: Date | null) => (lastInboundAt ? addMs(lastInboundAt, SERVICE_WINDOW) : null);
export const isWindowOpen = (lastInboundAt: Date | null, now: Date) => {
  const closes = windowClosesAt(lastInboundAt);
  return closes !== null && closes > now;
};

/** What search looks at in a message. */
export function searchableText(content: ContentView): string {
  return content.kind === "card" ? content.lines.join(" ") : content.text;
}

/** The name a row shows: as the client writes it, else the phone, else the tail of an id. */
export const shownName = (name: string | null, phone: string | null, id: string) =>
  name?.trim() || (phone ? displayPhone(phone) : `#${id.slice(-6)}`);
