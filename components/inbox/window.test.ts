import { describe, expect, it } from "vitest";
import { closingDay, isOpen, minutesLeft, windowPhase } from "@/components/inbox/window";

const at = (iso: string) => Date.parse(iso);

describe("the day a window closes, by the reader's calendar", () => {
  it.each([
    ["the same instant is tomorrow in Jakarta", "2026-11-25T18:00:00Z", "2026-11-25T10:00:00Z", "Asia/Jakarta", "tomorrow"],
    ["and today in São Paulo", "2026-11-25T18:00:00Z", "2026-11-25T10:00:00Z", "America/Sao_Paulo", "today"],
    ["a minute before midnight is today", "2026-11-25T16:59:00Z", "2026-11-25T10:00:00Z", "Asia/Jakarta", "today"],
    ["midnight itself is tomorrow", "2026-11-25T17:00:00Z", "2026-11-25T10:00:00Z", "Asia/Jakarta", "tomorrow"],
    ["past midnight what was tomorrow is today", "2026-11-26T05:06:00Z", "2026-11-25T17:00:00Z", "Asia/Jakarta", "today"],
    ["over the end of a month", "2026-12-01T02:00:00Z", "2026-11-30T12:00:00Z", "UTC", "tomorrow"],
    ["over the night the clocks go back", "2026-10-25T22:30:00Z", "2026-10-24T22:30:00Z", "Europe/Lisbon", "tomorrow"],
    ["a client's clock that runs ahead", "2026-11-27T00:10:00Z", "2026-11-25T23:50:00Z", "UTC", "later"],
  ] as const)("%s", (_, closesAt, now, zone, day) => expect(closingDay(closesAt, at(now), zone)).toBe(day));
});

describe("phases", () => {
  const closesAt = "2026-11-25T12:00:00Z";
  it.each([
    ["2026-11-25T05:59:00Z", "open"],
    ["2026-11-25T06:01:00Z", "soon"],
    ["2026-11-25T11:00:01Z", "urgent"],
    ["2026-11-25T11:50:01Z", "closing"],
    ["2026-11-25T12:00:00Z", "closed"],
  ] as const)("%s is %s", (now, phase) => expect(windowPhase(closesAt, at(now))).toBe(phase));
  it("never opened is not open", () => expect(isOpen(windowPhase(null, 0))).toBe(false));
  it("counts started minutes", () => {
    expect(minutesLeft(closesAt, at("2026-11-25T08:39:30Z"))).toBe(201);
    expect(minutesLeft(closesAt, at("2026-11-25T11:59:59Z"))).toBe(1);
  });
});
