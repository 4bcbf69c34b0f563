import { hash, verify } from "@node-rs/argon2";
import { afterAll, expect, test } from "vitest";
import {
  confirmIdentity,
  fatesOfSessions,
  findSession,
  getMe,
  hashSession,
  isFresh,
  openSession,
  PERMISSIONS,
  RIGHTS,
  ROLES,
  revokeSession,
  setPreferences,
  signIn,
  switchOrganisation,
} from "@/lib/identity";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";

afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});
const now = () => new Date();
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);

test("the right password opens a session, whatever the case of the address; others are refused alike", async () => {
  const org = await makeOrganisation();
  const user = org.users[0];
  if (!user) throw new Error("no user");
  const secret = await signIn(
    { email: ` ${user.email.toUpperCase()} `, password: user.password, device: "test", address: null },
    now(),
  );
  expect(await findSession(secret, "r", now())).toMatchObject({ orgId: org.id, role: "owner" });
  for (const input of [
    { email: user.email, password: `${user.password}x` },
    { email: "nobody@example.test", password: user.password },
    { email: user.email, password: "" },
  ]) {
    await expect(signIn({ ...input, device: "", address: null }, now())).rejects.toMatchObject({
      code: "unauthenticated",
      detail: "bad_credentials",
    });
  }
  const trail = async () =>
    (await poolOf("owner").query("select action from audit_entries where org_id = $1 order by seq", [org.id])).rows.map(
      (r) => r.action,
    );
  await expect.poll(trail).toEqual(["session.opened", "session.refused", "session.refused"]);
});

test("a hash without a pepper is renewed at the next sign-in, and only then", async () => {
  const org = await makeOrganisation();
  const { id, email, password } = org.users[0] ?? (null as never);
  await poolOf("owner").query("update users set password_hash = $2 where id = $1", [id, await hash(password)]);
  const stored = async () =>
    (await poolOf("owner").query("select password_hash from users where id = $1", [id])).rows[0].password_hash as string;
  const bare = await stored();
  await expect(signIn({ email, password: "wrong", device: "", address: null }, now())).rejects.toMatchObject({
    detail: "bad_credentials",
  });
  expect(await stored()).toBe(bare);
  await signIn({ email, password, device: "", address: null }, now());
  const renewed = await stored();
  expect(renewed).not.toBe(bare);
  expect(await verify(renewed, password)).toBe(false);
  await signIn({ email, password, device: "", address: null }, now());
  expect(await stored()).toBe(renewed);
});

test("only the hash of a session id is stored", async () => {
  const org = await makeOrganisation();
  const secret = await openSession(org.users[0]?.id ?? (null as never), "test", now());
  const { rows } = await poolOf("owner").query("select id_hash from sessions where user_id = $1", [org.users[0]?.id]);
  expect(rows[0].id_hash.equals(hashSession(secret))).toBe(true);
  expect(rows[0].id_hash.toString("base64url")).not.toBe(secret);
});

test("a session ends idle, absolutely, when revoked, and with the membership", async () => {
  const org = await makeOrganisation();
  const id = org.users[0]?.id ?? (null as never);
  const [idle, revoked, removed] = [
    await openSession(id, "a", now()),
    await openSession(id, "b", now()),
    await openSession(id, "c", now()),
  ];
  expect(await findSession(idle, "r", later(61))).toBeNull();
  let at = 0;
  for (; at < 12 * 60; at += 50) expect(await findSession(removed, "r", later(at))).not.toBeNull(); // kept awake…
  expect(await findSession(removed, "r", later(12 * 60 + 1))).toBeNull(); // …but not for ever
  await revokeSession(revoked, "test", now());
  await revokeSession(revoked, "test", now());
  expect(await findSession(revoked, "r", now())).toBeNull();
  await poolOf("owner").query("update memberships set active = false where org_id = $1", [org.id]);
  expect(await findSession(removed, "r", now())).toBeNull();
  expect(await findSession("made up", "r", now())).toBeNull();
});

test("a person has ten sessions at most; the oldest go", async () => {
  const org = await makeOrganisation();
  const id = org.users[0]?.id ?? (null as never);
  const secrets: string[] = [];
  for (let i = 0; i < 12; i++) secrets.push(await openSession(id, `d${i}`, new Date(Date.now() + i)));
  const live = await Promise.all(secrets.map((s) => findSession(s, "r", now())));
  expect(live.map((s) => s !== null)).toEqual([false, false, ...Array(10).fill(true)]);
});

test("moving to another organisation needs a membership there", async () => {
  const [a, b] = [await makeOrganisation(), await makeOrganisation()];
  const ctx = ctxOf(a, "owner");
  const secret = await openSession(a.users[0]?.id ?? (null as never), "x", now());
  await expect(switchOrganisation(ctx, { secret, organisationId: b.id })).rejects.toMatchObject({ code: "not_found" });
  expect(await findSession(secret, "r", now())).not.toBeNull();
  await poolOf("owner").query("insert into memberships (org_id, user_id, role) values ($1, $2, 'agent')", [b.id, a.users[0]?.id]);
  const moved = await switchOrganisation(ctx, { secret, organisationId: b.id });
  expect(await findSession(secret, "r", now())).toBeNull();
  const there = await findSession(moved, "r", now());
  expect(there).toMatchObject({ orgId: b.id, role: "agent" });
  expect(there && (await getMe(there)).organisations.length).toBe(2);
  const fates = await fatesOfSessions(
    [
      { idHash: hashSession(secret), role: "owner", orgId: a.id },
      { idHash: hashSession(moved), role: "agent", orgId: b.id },
      { idHash: hashSession(moved), role: "owner", orgId: b.id },
      { idHash: hashSession(moved), role: "agent", orgId: b.id },
    ],
    now(),
  );
  expect(fates).toEqual(["changed", "live", "ended", "live"]); // a stream's fate is its own, not its session's
  const trail = async (orgId: string) =>
    (await poolOf("owner").query("select action from audit_entries where org_id = $1 order by seq", [orgId])).rows.map(
      (r) => r.action,
    );
  expect(await trail(a.id)).toEqual(["session.opened", "session.revoked"]);
  expect(await trail(b.id)).toEqual(["session.opened"]);
});

test("moving does not stretch a session, and a revoked one cannot move", async () => {
  const org = await makeOrganisation();
  const ctx = ctxOf(org, "owner");
  const id = org.users[0]?.id ?? (null as never);
  const secret = await openSession(id, "x", new Date(Date.now() - 11.5 * 3_600_000));
  const moved = await switchOrganisation(ctx, { secret, organisationId: org.id });
  expect(await findSession(moved, "r", now())).not.toBeNull();
  expect(await findSession(moved, "r", later(31))).toBeNull();
  await revokeSession(moved, "test", now());
  await expect(switchOrganisation(ctx, { secret: moved, organisationId: org.id })).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("a password that is checked once more makes this session fresh and no other; a wrong one ends nothing", async () => {
  const [org, there] = [await makeOrganisation(), await makeOrganisation()];
  const user = org.users[0] ?? (null as never);
  await poolOf("owner").query("insert into memberships (org_id, user_id, role) values ($1, $2, 'agent')", [there.id, user.id]);
  const opened = new Date(Date.now() - 11 * 60_000);
  const [secret, other] = [await openSession(user.id, "a", opened), await openSession(user.id, "b", opened)];
  const seen = async (of: string) => (await findSession(of, "r", now())) ?? (null as never);
  const isFreshNow = async (of: string) => isFresh((await seen(of)).authenticatedAt, now());
  const confirm = async (password: string) => confirmIdentity(await seen(secret), { secret, password });
  expect((await seen(secret)).authenticatedAt).toEqual(opened);
  const wrong = { code: "invalid", detail: "wrong_password", fields: { password: "wrong_password" } };
  for (const password of [`${user.password}x`, ""]) await expect(confirm(password)).rejects.toMatchObject(wrong);
  expect([await isFreshNow(secret), await isFreshNow(other)]).toEqual([false, false]);
  await confirm(user.password);
  expect([await isFreshNow(secret), await isFreshNow(other)]).toEqual([true, false]);
  const checked = (await seen(secret)).authenticatedAt;
  const moved = await switchOrganisation(await seen(secret), { secret, organisationId: there.id });
  expect((await seen(moved)).authenticatedAt).toEqual(checked);
  const ctx = await seen(other);
  // somebody else's session is not confirmed by knowing its id
  await expect(
    confirmIdentity(ctxOf(await makeOrganisation(), "owner"), { secret: other, password: user.password }),
  ).rejects.toMatchObject({
    code: "unauthenticated",
  });
  await revokeSession(other, "test", now());
  await expect(confirmIdentity(ctx, { secret: other, password: user.password })).rejects.toMatchObject({
    code: "unauthenticated",
  });
  const trail = await poolOf("owner").query(
    "select action from audit_entries where org_id = $1 and action like 'session.confirm%' order by seq",
    [org.id],
  );
  expect(trail.rows.map((r) => r.action)).toEqual(["session.confirm_refused", "session.confirm_refused", "session.confirmed"]);
});

test("a check of the password vouches for ten minutes, and an unknown one never", () => {
  const at = (ms: number) => isFresh(new Date(1e12), new Date(1e12 + ms));
  expect([at(0), at(599_999), at(600_000), isFresh(null, now()), isFresh(undefined, now())]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("a person's language is their own to change", async () => {
  const org = await makeOrganisation();
  const ctx = ctxOf(org, "owner");
  await setPreferences(ctx, { locale: "pt-BR" });
  expect((await getMe(ctx)).locale).toBe("pt-BR");
});

test("the table of rights grants nothing it does not list, and owners hold everything", () => {
  expect(Object.keys(RIGHTS).sort()).toEqual([...ROLES].sort());
  expect([...RIGHTS.owner].sort()).toEqual([...PERMISSIONS].sort());
  for (const role of ROLES) for (const right of RIGHTS[role]) expect(PERMISSIONS).toContain(right);
});
