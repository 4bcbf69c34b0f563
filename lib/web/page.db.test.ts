import { afterAll, expect, test, vi } from "vitest";
import InboxPage from "@/app/(workspace)/inbox/[[...path]]/page";
import { openSession } from "@/lib/identity";
import { newId } from "@/lib/kernel/ids";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { makeChat } from "@/lib/testing/conversations";
import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { requirePage } from "@/lib/web/page";
import { setCookieHeader } from "@/lib/web/session-cookie";

const jar = vi.hoisted(() => ({ cookie: "" }));
// outside a render Next has no request to read cookies from
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: (name: string) => (name === "parley" ? { value: jar.cookie } : undefined) }),
  headers: async () => new Headers(),
}));

afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

async function signInAs(org: MadeOrganisation, role: string): Promise<void> {
  const user = org.users.find((u) => u.role === role) ?? (null as never);
  const header = await setCookieHeader(await openSession(user.id, "test", new Date()));
  jar.cookie = header.slice(header.indexOf("=") + 1, header.indexOf(";"));
}

const NOT_FOUND = { digest: expect.stringContaining("404") };

test("a page that is refused is not found, and stands in the trail", async () => {
  const org = await makeOrganisation({
    users: [
      { name: "Olivia", role: "owner" },
      { name: "Agung", role: "agent" },
    ],
  });
  const enter = async (role: string) => {
    await signInAs(org, role);
    return requirePage("settings.webhook");
  };
  await expect(enter("agent")).rejects.toMatchObject(NOT_FOUND);
  expect(await enter("owner")).toMatchObject({ orgId: org.id, role: "owner" });
  const { rows } = await poolOf("owner").query(
    "select subject_id from audit_entries where org_id = $1 and action = 'access.denied'",
    [org.id],
  );
  expect(rows).toEqual([{ subject_id: "settings.webhook" }]);
});

test("the address of a foreign or a missing conversation is a page that does not exist", async () => {
  const [org, stranger] = [await makeOrganisation(), await makeOrganisation()];
  const chatOf = async ({ id, channels: [channel] }: MadeOrganisation) =>
    (
      await makeChat(id, channel ?? (null as never), {
        phone: "628111",
        name: "Klien",
        lines: [{ from: "client", ago: 5, text: "halo" }],
      })
    ).conversationId;
  const [own, foreign] = [await chatOf(org), await chatOf(stranger)];
  await signInAs(org, "owner");
  const open = (id: string) => InboxPage({ params: Promise.resolve({ path: ["all", id] }) });
  for (const id of [foreign, newId("conversation"), "x"]) await expect(open(id)).rejects.toMatchObject(NOT_FOUND);
  expect(await open(own)).toBeTruthy();
});
