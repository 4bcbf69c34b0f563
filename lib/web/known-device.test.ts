import { beforeAll, expect, test, vi } from "vitest";
import { knownDevice, rememberDevice } from "@/lib/web/known-device";

beforeAll(() => {
  vi.stubEnv("NEXTAUTH_URL", "http://127.0.0.1:3999");
  vi.stubEnv("NEXTAUTH_SECRET", "MXYNJB_NkWDED_Y0RWXbusDijEHEPdtu");
});
const asCookie = (header: string) => header.split(";")[0] ?? "";

test("a browser is known for those who signed in in it, and for nobody else", async () => {
  const first = asCookie(await rememberDevice(null, "ana@firm.example"));
  const id = await knownDevice(first, "ana@firm.example");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await knownDevice(first, "budi@firm.example")).toBeNull();
  const both = asCookie(await rememberDevice(`other=1; ${first}`, "budi@firm.example"));
  expect(await knownDevice(both, "ana@firm.example")).toBe(id);
  expect(await knownDevice(both, "budi@firm.example")).toBe(id);
  expect(both).not.toContain("ana");
});

test("what was not made here makes nothing known", async () => {
  const made = asCookie(await rememberDevice(null, "ana@firm.example"));
  for (const cookie of [null, "", "parley-device=x", `${made}x`, made.replace("parley-device", "parley")])
    expect(await knownDevice(cookie, "ana@firm.example")).toBeNull();
});
