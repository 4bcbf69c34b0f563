import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Secret } from "@/lib/kernel/secret";
import { EnvError, parseEnv } from "@/lib/platform/env";
import { isPublicAddress } from "@/lib/platform/http";
import { startSweep } from "@/lib/platform/jobs";
import { errorFields } from "@/lib/platform/log";

const HEX = "14df8b0088183adf17d52fbb414ffb36aab8b002c35fdf552f8c690d0581e500";
const GOOD: Record<string, string> = {
  APP_ENV: "production",
  DATABASE_URL: "postgresql://a@h/d",
  DATABASE_SYSTEM_URL: "postgresql://a@h/d",
  DATABASE_INGEST_URL: "postgresql://a@h/d",
  REDIS_URL: "redis://h",
  NEXTAUTH_URL: "https://parley.test",
  NEXTAUTH_SECRET: "MXYNJB_NkWDED_Y0RWXbusDijEHEPdtu",
  TOKEN_ENCRYPTION_KEY: HEX,
  INTAKE_KEY: `b:${HEX},a:${HEX.replace("1", "2")}`,
  WEBHOOK_PUBLIC_URL: "https://hooks.parley.test",
  META_APP_SECRET: "889244d346bb3624ed93a47fadc630a3",
  META_WEBHOOK_VERIFY_TOKEN: "NPxu16BlKY3uFXOV",
};

describe("the environment", () => {
  test("a sound one is taken", () => expect(parseEnv("web", GOOD).META_GRAPH_VERSION).toBe("v26.0"));

  test("every fault is named at once, and no value is repeated", () => {
    const bad = {
      ...GOOD,
      NEXTAUTH_SECRET: "short",
      TOKEN_ENCRYPTION_KEY: "0".repeat(64),
      META_APP_SECRET: "",
      DATABASE_URL: "mysql://x",
      INTAKE_KEY: "zz",
      NEXTAUTH_URL: "http://parley.test",
    };
    let message = "";
    try {
      parseEnv("web", bad);
    } catch (error) {
      expect(error).toBeInstanceOf(EnvError);
      message = (error as Error).message;
    }
    for (const name of [
      "NEXTAUTH_SECRET",
      "TOKEN_ENCRYPTION_KEY",
      "META_APP_SECRET",
      "DATABASE_URL",
      "INTAKE_KEY",
      "NEXTAUTH_URL",
    ])
      expect(message).toContain(name);
    for (const value of ["short", "mysql://x", "0000"]) expect(message).not.toContain(value);
  });

  test("placeholders are refused", () => {
    for (const value of ["changeme-changeme-changeme-changeme", "your-secret-your-secret-your-secret!", "a".repeat(40)]) {
      expect(() => parseEnv("web", { ...GOOD, NEXTAUTH_SECRET: value })).toThrow(/NEXTAUTH_SECRET/);
    }
  });

  test("a database URL may say how to connect, not what holds in the session", () => {
    const taken = (query: string) => () => parseEnv("web", { ...GOOD, DATABASE_SYSTEM_URL: `postgresql://a@h/d?${query}` });
    for (const query of [
      "options=-c%20row_security%3Doff",
      "statement_timeout=0",
      "sslmode=require&lock_timeout=1",
      "idle_in_transaction_session_timeout=0",
      "query_timeout=1",
      "Options=x",
      "%6fptions=x",
      "connectionTimeoutMillis=1",
    ])
      expect(taken(query), query).toThrow(/DATABASE_SYSTEM_URL must not set options/);
    for (const query of ["sslmode=verify-full&sslrootcert=/ca.pem", "connect_timeout=5", "application_name=a", "host=/run/pg"])
      expect(taken(query), query).not.toThrow();
  });

  test("no proxy is believed unless it is said how many there are", () => {
    expect(parseEnv("web", GOOD).TRUST_PROXY).toBe(0);
    expect(parseEnv("web", { ...GOOD, TRUST_PROXY: "1" }).TRUST_PROXY).toBe(1);
    expect(() => parseEnv("web", { ...GOOD, TRUST_PROXY: "yes" })).toThrow(/TRUST_PROXY/);
  });

  test("the receiver does without the keys it must not hold", () => {
    const { DATABASE_INGEST_URL, INTAKE_KEY, META_APP_SECRET, META_WEBHOOK_VERIFY_TOKEN } = GOOD;
    expect(() =>
      parseEnv("receiver", { DATABASE_INGEST_URL, INTAKE_KEY, META_APP_SECRET, META_WEBHOOK_VERIFY_TOKEN }),
    ).not.toThrow();
  });
});

test("only public addresses may be called, whatever their spelling", () => {
  for (const a of [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "not an address",
  ]) {
    expect(isPublicAddress(a), a).toBe(false);
  }
  for (const a of ["157.240.1.1", "2a03:2880::1", "::ffff:157.240.1.1"]) expect(isPublicAddress(a), a).toBe(true);
});

test("a secret prints as dots", () => {
  const secret = new Secret("EAAtoken");
  expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain("EAAtoken");
  expect(secret.open()).toBe("EAAtoken");
});

test("what is logged of an error never quotes its message", () => {
  const fields = errorFields(Object.assign(new Error("key (phone)=(628111) exists"), { code: "23505" }));
  expect(JSON.stringify(fields)).not.toContain("628111");
  expect(fields.reason).toBe("23505");
});

test("a sweep that is done asks nothing more, and can still be stopped", async () => {
  const answers = [true, "done", false] as const;
  let asked = 0;
  const sweep = startSweep("test", 1, async () => answers[asked++]);
  await sleep(30);
  expect(asked).toBe(2);
  sweep.nudge();
  await sweep.stop();
  expect(asked).toBe(2);
});
