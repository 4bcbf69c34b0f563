/** How fast the inbox is read: list and thread under row-level security against the floors of ref-inbox.mjs, and over HTTP. */
import { Pool } from "undici";
import { permissionsOf } from "@/lib/identity";
import { listRows, threadRows } from "@/lib/inbox";
import type { Ctx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { poolOf } from "@/lib/platform/pool";
import { inTenantSql, inTenantSqlAs, type Sql } from "@/lib/platform/sql";
import { ensureDatabase, urlWith, withClient } from "../scripts/lib/database.mjs";
import { median, print, quantile, round, runScript, watchNoise } from "./figures";
import { type BigInbox, openBigInbox, type Size } from "./inbox-data";
import type { Ground } from "./trial/ground";
import { signInOverHttp, startWeb } from "./web";

const START = { at: new Date("9999-01-01T00:00:00Z"), id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
const FLOORS = { list: "list, name on conversation, any org, RLS", thread: "last 50 messages, RLS, transaction" } as const;
type Name = keyof typeof FLOORS;

/** Runs the measure. @param ground whose cluster is kept between runs */
export async function measureInbox(ground: Ground, options: Size & { iterations: number; rounds: number }): Promise<void> {
  const { messages, conversations, orgs, iterations, rounds } = options;
  const inbox = await openBigInbox(ground, { messages, conversations, orgs });
  const reference = await openReference(ground, options);
  const picks = await pickConversations(5000);
  const users = new Map(inbox.organisations.map((o) => [o.id, o.userId]));
  const pick = () => picks[Math.floor(Math.random() * picks.length)] ?? { id: "", orgId: "" };
  const work: Record<Name, (orgId: string, conversationId: string) => (sql: Sql) => Promise<unknown[]>> = {
    list: (orgId) => (sql) => listRows(sql, "all", users.get(orgId) ?? null, START),
    thread: (_orgId, conversationId) => (sql) => threadRows(sql, conversationId, START),
  };
  const times: Record<string, number[]> = {};
  const p50: Record<string, number[]> = {};
  const noise = watchNoise([ground.supervisor.pid("postgres") ?? 0]);
  for (let i = 0; i < rounds; i++) {
    for (const name of ["list", "thread"] as const) {
      const floor = await reference(FLOORS[name], iterations);
      const [bound, free] = await timeBoth(
        iterations,
        (orgId, id) => inTenantSql(ctxOf(orgId, users), work[name](orgId, id)),
        (orgId, id) => inTenantSqlAs("owner", ctxOf(orgId, users), work[name](orgId, id)),
        pick,
      );
      for (const [key, value] of [
        [`${name}.floor`, floor],
        [`${name}.bound`, median(bound)],
        [`${name}.free`, median(free)],
      ] as const) {
        p50[key] = [...(p50[key] ?? []), value];
      }
      times[name] = [...(times[name] ?? []), ...bound];
      console.log(
        JSON.stringify({
          round: i + 1,
          case: name,
          floor: round(floor),
          p50: round(median(bound), 3),
          unbound: round(median(free), 3),
        }),
      );
    }
  }
  const foreign = noise();
  const ratio = (a: string, b: string) => round(median((p50[a] ?? []).map((v, i) => v / (p50[b]?.[i] ?? Number.NaN))));
  for (const name of ["list", "thread"] as const) {
    const value = round(median(p50[`${name}.bound`] ?? []), 3);
    const common = {
      measure: "inbox",
      unit: "ms",
      value,
      p99: round(quantile(times[name] ?? [], 0.99), 3),
      foreign_cores: foreign,
    };
    const [toFloor, toFree] = [ratio(`${name}.bound`, `${name}.floor`), ratio(`${name}.bound`, `${name}.free`)];
    print({
      ...common,
      figure: `${name} p50 inside inTenantSql, rows unopened`,
      reference: round(median(p50[`${name}.floor`] ?? []), 3),
      referenceName: `ref-inbox: ${FLOORS[name]}`,
      ratio: toFloor,
      bar: "<= 3",
      pass: toFloor <= 3,
    });
    print({
      ...common,
      figure: `${name} p50, RLS against a role it does not bind`,
      reference: round(median(p50[`${name}.free`] ?? []), 3),
      referenceName: "the same statements as a superuser",
      ratio: toFree,
      bar: "<= 1.3",
      pass: toFree <= 1.3,
    });
  }
  await measureHttp(ground, inbox);
}

const ctxOf = (orgId: string, users: Map<string, string>): Ctx => ({
  orgId: asId("organisation", orgId),
  actor: { kind: "user", userId: asId("user", users.get(orgId) ?? "") },
  role: "owner",
  permissions: permissionsOf("owner"),
  now: new Date(),
  requestId: "bench",
});

async function pickConversations(n: number): Promise<{ id: string; orgId: string }[]> {
  const { rows } = await poolOf("owner").query<{ id: string; org_id: string }>(
    // those the viewers may read: behind a wall there is nothing to time
    `select c.id, c.org_id from conversations c left join matters m on m.org_id = c.org_id and m.id = c.matter_id
        left join matter_people p on p.org_id = c.org_id and p.matter_id = c.matter_id
      where c.matter_id is null or case when m.walled then p.access = 'member' else p.access is distinct from 'denied' end order by random() limit $1`,
    [n],
  );
  return rows.map((r) => ({ id: r.id, orgId: r.org_id }));
}

/** Two ways to the same rows, turn and turn about, so that a busy moment of the machine meets both. */
async function timeBoth(
  n: number,
  one: (orgId: string, id: string) => Promise<unknown>,
  other: (orgId: string, id: string) => Promise<unknown>,
  pick: () => { id: string; orgId: string },
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let i = -50; i < n; i++) {
    const { id, orgId } = pick();
    const turns = [
      { way: one, took: times[0] },
      { way: other, took: times[1] },
    ];
    for (const { way, took } of i % 2 === 0 ? turns : turns.reverse()) {
      const began = performance.now();
      await way(orgId, id);
      if (i >= 0) took.push(performance.now() - began); // the first fifty warm up
    }
  }
  return times;
}

/** The reference's own schema in a database beside ours, made once. @returns the p50 of one of its cases with one client */
async function openReference(ground: Ground, size: Size): Promise<(name: string, iterations: number) => Promise<number>> {
  const url = urlWith(ground.ownerUrl, { database: "inbox_ref" });
  await ensureDatabase(url);
  const password = ground.secrets.superuserPassword;
  const args = ["--pg", url, "--app", urlWith(url, { user: "bench_app", password }), "--app-password", password];
  const sizes = ["--messages", `${size.messages}`, "--conversations", `${size.conversations}`, "--orgs", `${size.orgs}`];
  type Db = { query: (text: string) => Promise<{ rows: { n?: string; here?: boolean }[] }> };
  const ready = await withClient(url, async (db: Db) => {
    const { rows } = await db.query("select to_regclass('inbox.message') is not null as here");
    return (
      rows[0]?.here === true && Number((await db.query("select count(*) as n from inbox.message")).rows[0]?.n) === size.messages
    );
  });
  if (!ready) {
    console.log("  making the reference's data");
    await runScript("ref-inbox.mjs", ["setup", ...args, ...sizes]);
  }
  return async (name, iterations) => {
    const lines = await runScript("ref-inbox.mjs", ["run", ...args, ...sizes, "--iters", `${iterations}`, "--only", name]);
    return Number(lines.find((l) => l.conc === 1 && l.case === name)?.p50);
  };
}

/** Over HTTP, signed in, rows opened, eight at a time; against a signed-in route that does nothing. */
async function measureHttp(ground: Ground, inbox: BigInbox): Promise<void> {
  const web = await startWeb(ground);
  if (!web) {
    print({
      measure: "inbox",
      figure: "over HTTP",
      value: null,
      unit: "ms",
      pass: null,
      note: "left out: there is no production build (npm run build)",
    });
    return;
  }
  try {
    const biggest = [...inbox.organisations].sort((a, b) => b.conversations - a.conversations).slice(0, 8);
    const visitors = [];
    for (const o of biggest) {
      const { rows } = await poolOf("owner").query<{ id: string }>(
        "select id from conversations where org_id = $1 order by random() limit 200",
        [o.id],
      );
      visitors.push({ cookie: await signInOverHttp(web.url, o.email, o.password), ids: rows.map((r) => r.id) });
    }
    const pool = new Pool(web.url, { connections: 8, pipelining: 1 });
    const paths: Record<string, (ids: string[]) => string> = {
      empty: () => "/api/session",
      list: () => "/api/conversations?view=all",
      thread: (ids) => `/api/conversations/${ids[Math.floor(Math.random() * ids.length)]}/messages`,
    };
    const all: Record<string, number[]> = {};
    const noise = watchNoise([ground.supervisor.pid("postgres") ?? 0, web.pid()]);
    for (let i = -1; i < 3; i++) {
      for (const [name, path] of Object.entries(paths)) {
        const took = await volley(pool, visitors, path, i < 0 ? 200 : 800);
        if (i >= 0) all[name] = [...(all[name] ?? []), ...took]; // the first round warms up
      }
    }
    const foreign = noise();
    await pool.close();
    const floor = quantile(all.empty ?? [], 0.99);
    for (const name of ["list", "thread"]) {
      const value = quantile(all[name] ?? [], 0.99);
      const ratio = round(value / floor);
      print({
        measure: "inbox",
        figure: `${name} over HTTP, concurrency 8, p99`,
        value: round(value),
        unit: "ms",
        reference: round(floor),
        referenceName: "signed-in empty route, p99",
        ratio,
        bar: "<= 4",
        pass: ratio <= 4,
        goal_ms: 50,
        p50: round(median(all[name] ?? [])),
        reference_p50: round(median(all.empty ?? [])),
        foreign_cores: foreign,
      });
    }
  } finally {
    await web.stop();
  }
}

async function volley(
  pool: Pool,
  visitors: { cookie: string; ids: string[] }[],
  path: (ids: string[]) => string,
  n: number,
): Promise<number[]> {
  const out: number[] = [];
  let left = n;
  const one = async (k: number) => {
    const visitor = visitors[k % visitors.length];
    if (!visitor) return;
    while (left-- > 0) {
      const began = performance.now();
      const { statusCode, body } = await pool.request({
        method: "GET",
        path: path(visitor.ids),
        headers: { cookie: visitor.cookie },
      });
      await body.arrayBuffer();
      if (statusCode !== 200) throw new Error(`${path(visitor.ids)} answered ${statusCode}`);
      out.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, k) => one(k)));
  return out;
}
