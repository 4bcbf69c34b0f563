import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { expect, test, vi } from "vitest";
import { hashPassword, verifyPassword } from "@/lib/identity/passwords";
import { KekRing } from "@/lib/platform/crypto/key-ring";

const [older, newer] = [`a:${randomBytes(32).toString("hex")}`, `b:${randomBytes(32).toString("hex")}`];
vi.stubEnv("TOKEN_ENCRYPTION_KEY", `${newer},${older}`);

const PASSWORD = "ein langes Passwort";
const COST = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };
const pepperOf = (ring: string) => new KekRing(ring).derive("password.pepper")[0];

test("a hash opens under the newest pepper only: the table alone lets nobody guess", async () => {
  const stored = await hashPassword(PASSWORD);
  expect(await verifyPassword(stored, PASSWORD)).toBe("right");
  expect(await verifyPassword(stored, `${PASSWORD}x`)).toBe("wrong");
  expect(await verify(stored, PASSWORD)).toBe(false);
  expect(await verify(stored, PASSWORD, { secret: pepperOf(older) })).toBe(false);
  expect(await verify(stored, PASSWORD, { secret: pepperOf(newer) })).toBe(true);
});

test("older peppers, none, and other costs still open, and are due for a new hash", async () => {
  const hashes = [
    await hash(PASSWORD, { ...COST, secret: pepperOf(older) }),
    await hash(PASSWORD, COST),
    await hash(PASSWORD, { ...COST, timeCost: 2, secret: pepperOf(newer) }),
  ];
  for (const stored of hashes) {
    expect(await verifyPassword(stored, PASSWORD)).toBe("stale");
    expect(await verifyPassword(stored, `${PASSWORD}x`)).toBe("wrong");
  }
  const foreign = await hash(PASSWORD, { ...COST, secret: randomBytes(32) });
  expect(await verifyPassword(foreign, PASSWORD)).toBe("wrong");
});

test("nobody's password takes as long as a wrong one", async () => {
  const stored = await hashPassword(PASSWORD);
  const time = async (against: string | null) => {
    const began = performance.now();
    expect(await verifyPassword(against, "wrong")).toBe("wrong");
    return performance.now() - began;
  };
  await time(null);
  const [unknown, wrong] = [await time(null), await time(stored)];
  expect(unknown / wrong).toBeGreaterThan(0.2);
  expect(unknown / wrong).toBeLessThan(5);
});
