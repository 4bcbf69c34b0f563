import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AppError } from "@/lib/kernel/errors";
import { closeDb } from "@/lib/platform/db";
import { closePools } from "@/lib/platform/pool";
import { closeRedis, producerRedis } from "@/lib/platform/redis";
import { makeOrganisation } from "@/lib/testing/factory";
import { authOptions } from "@/lib/web/auth";
import { delayAfter } from "@/lib/web/rate-limit";
import { ACCOUNT, confirmThrottled, type Trier, throttled } from "@/lib/web/sign-in-throttle";

// until Redis answers each process counts for itself, and what it counted then stays behind
beforeAll(() => vi.waitFor(() => expect(producerRedis().status).toBe("ready"), 5000));
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

const LIMIT = { code: "limit", detail: "too_many_attempts" };
const WRONG = { code: "unauthenticated" };
const email = () => `${randomUUID()}@example.test`;
const address = () => `203.0.113.${randomUUID()}`;
const right = (trier: Trier) => throttled(trier, async () => "in");
const wrong = (trier: Trier) =>
  throttled(trier, async () => {
    throw new AppError("unauthenticated", "bad_credentials");
  });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("right passwords never exhaust a limit, one after the other or a few at once", async () => {
  for (const from of [null, address()]) {
    const trier = { email: email(), address: from, device: null };
    for (let i = 0; i < 150; i++) expect(await right(trier)).toBe("in");
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 8 }, () => right(trier)));
    for (let i = 0; i < 150; i++) expect(await right({ email: email(), address: from, device: null })).toBe("in");
  }
});

test("a handful of wrong ones keeps nobody from the right one, which forgives them", async () => {
  const trier = { email: email(), address: null, device: null };
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 9; i++) await expect(wrong(trier)).rejects.toMatchObject(WRONG);
    expect(await right(trier)).toBe("in");
  }
});

test("one person's failures from one address end; another address and another person go on", async () => {
  const trier = { email: email(), address: address(), device: null };
  for (let i = 0; i < 10; i++) await expect(wrong(trier)).rejects.toMatchObject(WRONG);
  await expect(right(trier)).rejects.toMatchObject({ ...LIMIT, retryAfter: expect.any(Number) });
  expect(await right({ email: email(), address: trier.address, device: null })).toBe("in");
  expect(await right({ email: trier.email, address: address(), device: null })).toBe("in");
});

test("one address trying many people is stopped, whoever they are", async () => {
  const from = address();
  for (let i = 0; i < 100; i++) await expect(wrong({ email: email(), address: from, device: null })).rejects.toMatchObject(WRONG);
  await expect(right({ email: email(), address: from, device: null })).rejects.toMatchObject(LIMIT);
  expect(await right({ email: email(), address: address(), device: null })).toBe("in");
});

test("failures from anywhere make a person wait, twice as long each time, and lock nobody out", async () => {
  const who = email();
  const from = () => ({ email: who, address: address(), device: null });
  for (let i = 0; i < 11; i++) await expect(wrong(from())).rejects.toMatchObject(WRONG);
  await Promise.all(Array.from({ length: 30 }, () => expect(right(from())).rejects.toMatchObject({ ...LIMIT, retryAfter: 1 })));
  await pause(1100);
  await expect(wrong(from())).rejects.toMatchObject(WRONG);
  await expect(right(from())).rejects.toMatchObject({ ...LIMIT, retryAfter: 2 });
  await pause(2100);
  expect(await right(from())).toBe("in");
  for (let i = 0; i < 10; i++) await expect(wrong(from())).rejects.toMatchObject(WRONG);
});

test("a stranger who takes every opening of the gate keeps out no browser in which the person has signed in before", async () => {
  const who = email();
  const stranger = { email: who, address: null, device: null };
  const own = { email: who, address: null, device: randomUUID() };
  for (let i = 0; i < 11; i++) await expect(wrong(stranger)).rejects.toMatchObject(WRONG);
  await expect(right(stranger)).rejects.toMatchObject(LIMIT);
  expect(await right(own)).toBe("in");
  // its own wrong ones count, and hold up nobody else
  for (let i = 0; i < 11; i++) await expect(wrong(own)).rejects.toMatchObject(WRONG);
  await expect(right(own)).rejects.toMatchObject(LIMIT);
  expect(await right({ ...own, device: randomUUID() })).toBe("in");
});

test("many at once count too", async () => {
  const trier = { email: email(), address: address(), device: null };
  let checked = 0;
  const slowly = async () => {
    checked++;
    await pause(50);
    throw new AppError("unauthenticated", "bad_credentials");
  };
  await Promise.allSettled(Array.from({ length: 60 }, () => throttled(trier, slowly)));
  expect(checked).toBe(10);
});

test("what is no failure of the person's is given back", async () => {
  const trier = { email: email(), address: address(), device: null };
  const busy = () =>
    throttled(trier, async () => {
      throw new AppError("limit", "too_many_attempts", { retryAfter: 5 });
    });
  for (let i = 0; i < 30; i++) await expect(busy()).rejects.toMatchObject({ retryAfter: 5 });
  expect(await right(trier)).toBe("in");
});

test("somebody signed in who guesses waits longer each time, in whichever session, and holds up no sign-in", async () => {
  const [who, guessed] = [randomUUID(), email()];
  const guess = () =>
    confirmThrottled(who, async () => {
      throw new AppError("invalid", "wrong_password");
    });
  for (let i = 0; i < 6; i++) await expect(guess()).rejects.toMatchObject({ detail: "wrong_password" });
  await expect(guess()).rejects.toMatchObject({ ...LIMIT, retryAfter: 1 });
  await expect(confirmThrottled(who, async () => "in")).rejects.toMatchObject(LIMIT);
  expect(await right({ email: guessed, address: null, device: null })).toBe("in");
  await pause(1100);
  expect(await confirmThrottled(who, async () => "in")).toBe("in");
  for (let i = 0; i < 5; i++) await expect(guess()).rejects.toMatchObject({ detail: "wrong_password" }); // forgiven
  const busy = () =>
    confirmThrottled(randomUUID(), async () => {
      throw new AppError("unavailable", "busy");
    });
  for (let i = 0; i < 20; i++) await expect(busy()).rejects.toMatchObject({ code: "unavailable" });
});

test("the wait doubles from one second to a quarter of an hour", () => {
  expect([1, 10, 11, 12, 13, 20, 21, 400].map((n) => delayAfter(ACCOUNT, n))).toEqual([0, 0, 1, 2, 4, 512, 900, 900]);
});

test("known and unknown people are refused alike", async () => {
  const org = await makeOrganisation();
  const { options } = authOptions().providers[0] as unknown as {
    options: { authorize: (input: object, request: object) => Promise<{ id: string }> };
  };
  const attempt = (who: string, password: string) => options.authorize({ email: who, password }, { headers: {} });
  const known = org.users[0] ?? (null as never);
  for (const who of [known.email, email()]) {
    await expect(attempt(who, "wrong")).rejects.toThrow("bad_credentials");
    for (let i = 0; i < 10; i++) await expect(wrong({ email: who, address: null, device: null })).rejects.toMatchObject(WRONG);
    await expect(attempt(` ${who.toUpperCase()}`, known.password)).rejects.toThrow("too_many_attempts");
  }
});
