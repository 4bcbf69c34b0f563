/** The 24-hour window as a person sees it. Pure; the server's claim is what counts. */
import { dayOf } from "@/components/inbox/thread-items";

export type WindowPhase = "open" | "soon" | "urgent" | "closing" | "closed" | "never";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Meta lets us write freely for 24 h after the client's last message. */
const WINDOW = 24 * HOUR;
const DAY = 24 * HOUR;

/** Phase at `now` (ms): `soon` under 6 h, `urgent` under 1 h, `closing` under 10 min; `never` if the client has not written yet. */
export function windowPhase(closesAt: string | null, now: number): WindowPhase {
  if (closesAt === null) return "never";
  const left = Date.parse(closesAt) - now;
  if (!(left > 0)) return "closed";
  if (left < 10 * MINUTE) return "closing";
  if (left < HOUR) return "urgent";
  return left < 6 * HOUR ? "soon" : "open";
}

export const isOpen = (phase: WindowPhase) => phase !== "closed" && phase !== "never";

/** Whole minutes left, at least 1 while open. */
export const minutesLeft = (closesAt: string, now: number) => Math.max(1, Math.ceil((Date.parse(closesAt) - now) / MINUTE));

/** On which day it closes, by the reader's calendar in `zone`; `later` only if the clocks disagree. */
export function closingDay(closesAt: string, now: number, zone: string): "today" | "tomorrow" | "later" {
  const days = Math.round((Date.parse(dayOf(closesAt, zone)) - Date.parse(dayOf(now, zone))) / DAY);
  return days <= 0 ? "today" : days === 1 ? "tomorrow" : "later";
}

/** Share of the window that is left, 0 to 1, in steps of one twenty-fourth. */
export function windowShare(closesAt: string | null, now: number): number {
  if (closesAt === null) return 0;
  const share = (Date.parse(closesAt) - now) / WINDOW;
  return Math.min(1, Math.max(0, Math.ceil(share * 24) / 24));
}
