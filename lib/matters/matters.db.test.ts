import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ctx } from "@/lib/kernel/ctx";
import { asId, newId } from "@/lib/kernel/ids";
import { changeMatter, createMatter, getMatter, listMatters, setMatterWord, setPerson, setWall } from "@/lib/matters";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

const PEOPLE = (["owner", "admin", "manager", "lawyer", "agent"] as const).map((role) => ({ name: `Ms ${role}`, role }));
let org: MadeOrganisation;
let other: MadeOrganisation;
let lawyer: Ctx;
beforeAll(async () => {
  [org, other] = await Promise.all([makeOrganisation({ users: PEOPLE }), makeOrganisation({ users: PEOPLE })]);
  lawyer = ctxOf(org, "lawyer");
});
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});
const idOf = (role: string) => asId("user", org.users.find((u) => u.role === role)?.id ?? "");
const make = async (title: string, more: object = {}) => asId("matter", (await createMatter(lawyer, { title, ...more })).id);
const notFound = { code: "not_found" };

test("a matter is opened, changed, found and told on the trail; its maker is its first member", async () => {
  const made = await createMatter(lawyer, { title: "Sengketa tanah Wijaya", kind: "Perdata", privileged: true });
  expect(made).toMatchObject({
    title: "Sengketa tanah Wijaya",
    kind: "Perdata",
    privileged: true,
    walled: false,
    status: "open",
  });
  expect(made.reference).toMatch(/^\d{4}-0001$/);
  expect(made.people).toEqual([{ person: { id: idOf("lawyer"), name: "Ms lawyer" }, role: "lawyer", access: "member" }]);
  const matterId = asId("matter", made.id);
  const changed = await changeMatter(lawyer, { matterId, change: { title: "Banding Wijaya", kind: null, status: "closed" } });
  expect(changed).toMatchObject({ title: "Banding Wijaya", kind: null, status: "closed", reference: made.reference });
  for (const q of ["band", "WIJAYA", made.reference]) {
    expect(
      (await listMatters(ctxOf(org, "agent"), { q })).items.map((m) => m.id),
      q,
    ).toContain(made.id);
  }
  expect((await listMatters(lawyer, { q: "wijaya", status: "open" })).items).toEqual([]);
  const { rows } = await poolOf("owner").query(
    "select action from audit_entries where org_id = $1 and subject_id = $2 order by seq",
    [org.id, made.id],
  );
  expect(rows.map((r) => r.action)).toEqual(["matter.created", "matter.changed"]);
});

test("a reference is one matter's, as far as whoever types it may know", async () => {
  await make("Pertama", { reference: "PID-7" });
  await expect(createMatter(lawyer, { title: "Kedua", reference: "pid-7" })).rejects.toMatchObject({
    code: "conflict",
    detail: "reference_taken",
  });
  const hidden = await make("Rahasia", { reference: "PID-8" });
  await setWall(lawyer, { matterId: hidden, walled: true });
  await expect(createMatter(ctxOf(org, "agent"), { title: "Tidak tahu", reference: "PID-8" })).resolves.toMatchObject({
    reference: "PID-8",
  });
});

test("a stranger's organisation has no such matter, client or person", async () => {
  const matterId = await make("Milik kita");
  const stranger = ctxOf(other, "owner");
  await expect(getMatter(stranger, { matterId })).rejects.toMatchObject(notFound);
  await expect(changeMatter(stranger, { matterId, change: { title: "x" } })).rejects.toMatchObject(notFound);
  await expect(setWall(stranger, { matterId, walled: true })).rejects.toMatchObject(notFound);
  const theirs = asId("user", other.users[0]?.id ?? "");
  await expect(setPerson(lawyer, { matterId, userId: theirs, access: "member" })).rejects.toMatchObject(notFound);
  await expect(make("Klien orang", { clientId: newId("contact") })).rejects.toMatchObject({
    code: "invalid",
    fields: { clientId: "unknown_client" },
  });
});

test("an agent opens matters and does not touch their walls", async () => {
  const agent = ctxOf(org, "agent");
  const matterId = asId("matter", (await createMatter(agent, { title: "Dari agen" })).id);
  const forbidden = { code: "forbidden", detail: "matters.walls" };
  await expect(setWall(agent, { matterId, walled: true })).rejects.toMatchObject(forbidden);
  await expect(setPerson(agent, { matterId, userId: idOf("owner"), access: "denied" })).rejects.toMatchObject(forbidden);
  await expect(setMatterWord(agent, { word: "case" })).rejects.toMatchObject(forbidden);
});

test("lists beat roles: behind a wall there is nothing for owner and admin either, and twice is once", async () => {
  const matterId = await make("Rahasia dagang");
  for (let n = 0; n < 2; n++) expect((await setWall(lawyer, { matterId, walled: true })).walled).toBe(true);
  for (const role of ["owner", "admin", "manager", "agent"] as const) {
    const ctx = ctxOf(org, role);
    await expect(getMatter(ctx, { matterId }), role).rejects.toMatchObject(notFound);
    expect(JSON.stringify(await listMatters(ctx, { q: "rahasia" })), role).not.toContain(matterId);
    if (role !== "agent") await expect(setWall(ctx, { matterId, walled: false }), role).rejects.toMatchObject(notFound);
  }
  await setPerson(lawyer, { matterId, userId: idOf("agent"), access: "member" });
  await expect(getMatter(ctxOf(org, "agent"), { matterId })).resolves.toMatchObject({ id: matterId });
  await setPerson(lawyer, { matterId, userId: idOf("agent"), access: null });
  await expect(getMatter(ctxOf(org, "agent"), { matterId })).rejects.toMatchObject(notFound);
  const { rows } = await poolOf("owner").query(
    "select action from audit_entries where org_id = $1 and subject_id = $2 order by seq",
    [org.id, matterId],
  );
  expect(rows.map((r) => r.action)).toEqual(["matter.created", "matter.walled", "matter.access", "matter.access"]);
});

test("a person on the deny list is kept out where everybody else reads", async () => {
  const matterId = await make("Konflik kepentingan");
  await setPerson(lawyer, { matterId, userId: idOf("admin"), access: "denied" });
  await expect(getMatter(ctxOf(org, "admin"), { matterId })).rejects.toMatchObject(notFound);
  await expect(getMatter(ctxOf(org, "owner"), { matterId })).resolves.toMatchObject({ id: matterId });
});

test("nobody shuts themselves out, and inside a wall somebody remains who may open it", async () => {
  const matterId = await make("Tertutup");
  await expect(setPerson(lawyer, { matterId, userId: idOf("lawyer"), access: "denied" })).rejects.toMatchObject({
    code: "precondition",
    detail: "own_access",
  });
  await setWall(lawyer, { matterId, walled: true });
  await setPerson(lawyer, { matterId, userId: idOf("agent"), access: "member" });
  await expect(setPerson(lawyer, { matterId, userId: idOf("lawyer"), access: null })).rejects.toMatchObject({
    code: "precondition",
  });
  await expect(getMatter(lawyer, { matterId })).resolves.toMatchObject({ walled: true });
  await setPerson(lawyer, { matterId, userId: idOf("manager"), access: "member" });
  await setPerson(ctxOf(org, "manager"), { matterId, userId: idOf("lawyer"), access: null });
  await expect(setPerson(ctxOf(org, "manager"), { matterId, userId: idOf("manager"), access: null })).rejects.toMatchObject({
    code: "precondition",
  });
});

test("an organisation chooses its word", async () => {
  const fresh = await makeOrganisation({ users: PEOPLE });
  expect((await listMatters(ctxOf(fresh, "agent"), {})).word).toBe("matter");
  await setMatterWord(ctxOf(fresh, "owner"), { word: "booking" });
  expect((await listMatters(ctxOf(fresh, "agent"), {})).word).toBe("booking");
});

test("pages follow each other without gap or repeat", async () => {
  const many = await makeOrganisation({ users: PEOPLE });
  const ctx = ctxOf(many, "owner");
  for (let n = 0; n < 55; n++) await createMatter(ctx, { title: `Perkara ${n}` });
  const first = await listMatters(ctx, {});
  const second = await listMatters(ctx, { cursor: first.nextCursor ?? "" });
  const ids = [...first.items, ...second.items].map((m) => m.id);
  expect([first.items.length, second.items.length, new Set(ids).size, second.nextCursor]).toEqual([50, 5, 55, null]);
});
