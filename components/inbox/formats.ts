/** How times look, in every language: 24 hours, no seconds; the exact one with its zone goes into `title`. */
export const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
export const DAY_AND_CLOCK = { weekday: "short", day: "numeric", month: "short", ...CLOCK } as const;
export const EXACT = {
  year: "numeric",
  month: "long",
  day: "numeric",
  weekday: "long",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
} as const;
