import { beforeAll, expect, test, vi } from "vitest";
import { GET, POST } from "@/app/api/auth/[...nextauth]/route";
import { log } from "@/lib/platform/log";
import { authOptions } from "@/lib/web/auth";
import { refusalOf } from "@/lib/web/auth-door";

const ORIGIN = "http://127.0.0.1:3999";
beforeAll(() => {
  vi.stubEnv("NEXTAUTH_URL", ORIGIN);
  vi.stubEnv("NEXTAUTH_SECRET", "MXYNJB_NkWDED_Y0RWXbusDijEHEPdtu");
});

const request = (method: string, action: string, headers: Record<string, string> = {}) =>
  new Request(`${ORIGIN}/api/auth/${action}`, {
    method,
    headers: {
      ...(method === "POST" ? { "content-length": "90", "content-type": "application/x-www-form-urlencoded" } : {}),
      ...headers,
    },
  });
const judge = (method: string, action: string, headers?: Record<string, string>) =>
  refusalOf(request(method, action, headers), action.split("/"));

test("what the sign-in form uses is open, every other address of the library is not there", async () => {
  expect(judge("GET", "csrf")).toBeNull();
  expect(judge("POST", "callback/credentials")).toBeNull();
  const closed = ["_log", "session", "signin", "signin/credentials", "signout", "providers", "error", "verify-request"];
  for (const action of [...closed, "callback", "callback/other", "csrf/x", "CSRF"]) {
    for (const [method, handler] of [
      ["GET", GET],
      ["POST", POST],
    ] as const) {
      const answer = await handler(request(method, action), { params: Promise.resolve({ nextauth: action.split("/") }) });
      expect(answer.status, `${method} ${action}`).toBe(404);
    }
  }
  expect(judge("POST", "csrf")).toBe(404);
  expect(judge("GET", "callback/credentials")).toBe(404);
  expect(refusalOf(request("GET", "csrf?callbackUrl=x"), ["csrf"])).toBe(404);
});

test("another site cannot send the form, and a large body is not read", () => {
  const send = (headers: Record<string, string>) => judge("POST", "callback/credentials", headers);
  expect(send({ origin: ORIGIN, "sec-fetch-site": "same-origin" })).toBeNull();
  for (const origin of ["https://evil.example", "null", `${ORIGIN}.evil.example`]) expect(send({ origin })).toBe(403);
  for (const site of ["cross-site", "same-site", "none"]) expect(send({ "sec-fetch-site": site })).toBe(403);
  expect(send({ "content-length": "16385" })).toBe(413);
  for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
    expect(send({ "content-type": type }), type).toBe(415);
  expect(send({ "content-type": "application/x-www-form-urlencoded; charset=utf-8" })).toBeNull();
});

test("only the library's own codes reach the log", () => {
  const warn = vi.spyOn(log, "warn").mockImplementation(() => {});
  const error = authOptions().logger?.error as (code: string) => void;
  for (const code of ["x", "JWT\nforged", "a".repeat(5000), "A".repeat(61), ""]) error(code);
  expect(warn).not.toHaveBeenCalled();
  error("JWT_SESSION_ERROR");
  expect(warn).toHaveBeenCalledWith("next_auth.error", { reason: "JWT_SESSION_ERROR" });
});
