import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSignedRequest } from "@/lib/providers/meta/signed-request";

const NOW = 1_790_000_000;
const sign = (claims: unknown, secret = "the app's secret") => {
  const payload = Buffer.from(typeof claims === "string" ? claims : JSON.stringify(claims)).toString("base64url");
  return `${createHmac("sha256", secret).update(payload).digest("base64url")}.${payload}`;
};
const CLAIMS = { user_id: "1234567890123456789", algorithm: "HMAC-SHA256", issued_at: NOW, expires: NOW + 60 };
const open = (text: string, secrets: (string | undefined)[] = ["the app's secret"]) => openSignedRequest(text, secrets, NOW);

test("what Meta signed names a person, under the current secret and the previous one", () => {
  expect(open(sign(CLAIMS))).toBe("1234567890123456789");
  expect(open(sign(CLAIMS, "old"), ["new", "old"])).toBe("1234567890123456789");
  expect(open(sign({ ...CLAIMS, algorithm: "hmac-sha256", expires: undefined }))).toBe("1234567890123456789");
});

test("nothing else does", () => {
  const [signature, payload] = sign(CLAIMS).split(".");
  const others = [
    sign(CLAIMS, "another secret"),
    `${signature}.${Buffer.from(JSON.stringify({ ...CLAIMS, user_id: "1" })).toString("base64url")}`,
    `${signature}.${payload}.${payload}`,
    `.${payload}`,
    `${signature}.`,
    sign({ ...CLAIMS, expires: NOW }),
    sign({ ...CLAIMS, expires: "soon" }),
    sign({ ...CLAIMS, algorithm: "none" }),
    sign({ ...CLAIMS, user_id: "1 or 1=1" }),
    sign({ ...CLAIMS, user_id: null }),
    sign("[]"),
    sign("{"),
  ];
  for (const text of others) expect(open(text), text).toBeNull();
  expect(open(sign(CLAIMS, ""), ["", undefined])).toBeNull(); // a secret that is not set signs nothing
});

test("no text at all makes it throw", () => {
  fc.assert(fc.property(fc.string(), (text) => open(text) === null));
});
