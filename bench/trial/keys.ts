/**
 * `npm run chaos -- --keys`: while clients write, firms answer and every sealed value is read over and over, the organisations' keys and the
 * intake's are replaced by the operator's own command, and then what wraps them. Nothing may fail to open, and nothing may be lost.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { connectManually } from "@/lib/onboarding";
import { startEnv } from "@/lib/platform/env";
import { forgetKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { begin, control, goTo, organisation, report as reportSignup, signup } from "@/lib/testing/journeys";
import { seededRandom } from "../../sandbox/random";
import { at, root } from "../../scripts/lib/paths.mjs";
import { type Ground, sleep, until } from "./ground";
import { Load } from "./load";
import { Outside, parseLedger } from "./outside";
import { answer, drain, report, tell } from "./pace";
import { readRows } from "./read-rows";
import { KeyReader } from "./read-sealed";
import { judge, type Rows } from "./verify";
import { makeWorld } from "./world";

export interface KeysTold {
  pass: boolean;
  seed: number;
  messages: number;
  replies: number;
  /** Times a sealed value was opened, or a page, a token, a verb that opens some. */
  reads: number;
  failed: number;
  missing: number;
  doubled: number;
  foreign: number;
  keys: Record<string, number>;
  differ: string[];
  seconds: number;
}

const CLIENTS = 60;
const PER_SECOND = 12;
/** Replies for each message. */
const REPLIES = 0.4;
const ENDLESS = 1_000_000;
/** Log lines that say something sealed did not open. */
const UNOPENED =
  /"msg":"(row\.unopened|reseal\.unopened|delivery\.unopened|event\.unopened|endpoint\.unopened|intake\.endpoint_unusable|channel\.token_unreadable)"/;

/** Runs the trial on a ground that has no other. @throws when the ground cannot be used */
export async function tryKeys(ground: Ground, seed: number): Promise<KeysTold> {
  const began = Date.now();
  const since = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const rings = ringsOf(ground);
  holdRing(ground, rings.both);
  const world = await makeWorld(ground, seededRandom(`keys/${seed}`), CLIENTS, ground.env.urls.receiver ?? "");
  for (const name of ["sandbox", "receiver", "worker"] as const) await ground.start(name);
  goTo(ground.env.urls.sandbox ?? "");
  const outside = new Outside(ground.env.urls.sandbox ?? "");
  await until("the intake has a key", async () => (await one("select count(*) as n from intake_endpoints")) > 0, 30_000);
  const own = await connectOwn();
  await openJourney();
  tell(`ready after ${since()}: ${world.numbers.size} numbers, one of an own app, one journey under way`);

  const load = new Load(world, outside, seed);
  const reader = new KeyReader([...world.organisations, own.org]);
  const differ: string[] = [];
  let over = false;
  const writing = (async () => {
    while (!over) await load.write(PER_SECOND * 5, PER_SECOND, async () => {});
  })();
  let ownSent = 0;
  const writingToOwn = (async () => {
    for (; !over; await sleep(1000))
      ownSent += (
        await outside.inbound([
          {
            phoneNumberId: own.phoneNumberId,
            from: "6281230009900",
            name: "Tini",
            type: "text",
            text: `lewat aplikasi sendiri ${ownSent}`,
          },
        ])
      ).length;
  })();
  const answering = answer(
    load,
    ENDLESS,
    () => (load.written * REPLIES) / ENDLESS,
    seededRandom(`agents/${seed}`),
    () => over,
  );
  const reading = reader.run(() => over);
  const everything = Promise.all([writing, writingToOwn, answering, reading]);
  everything.catch(() => {
    over = true; // whoever waits below hears it at the end
  });
  try {
    await sleep(5000);
    const before = await keysThere();
    tell(`under load after ${since()}: rotating`);
    differ.push(...(await command(ground, "rotate", rings.both)));
    const after = await keysThere();
    for (const id of before) if (after.has(id)) differ.push(`a key from before the rotation is there still: ${id}`);
    tell(`rotated after ${since()}: ${reader.reads} reads, ${reader.failed.length} failed; wrapping anew`);
    differ.push(...(await command(ground, "rewrap", rings.nextFirst)));
    await sleep(5000);
    for (const name of ["worker", "receiver"] as const) {
      holdRing(ground, rings.next);
      await ground.supervisor.halt(name);
      await ground.start(name);
    }
    tell(`wrapped anew, and what wrapped before taken away, after ${since()}`);
    await sleep(10_000);
  } finally {
    over = true;
    await everything;
  }
  const drained = await drain(ground, outside, load, 0);
  tell(`${drained ? "drained" : "NOT drained"} after ${since()}: ${load.written} messages, ${load.requests.length} replies`);
  if (!drained) differ.push("something waits still");

  forgetKeys();
  await reader.readAll();
  const lines = parseLedger(fs.readFileSync(ground.ledgerPath, "utf8")).filter((l) => l.phoneNumberId !== own.phoneNumberId);
  const { raws, forged, unreadable, requests } = load;
  const rows = await readRows(world.organisations.map((o) => o.id)).catch((error: unknown) => {
    differ.push(`what is stored does not open: ${error}`);
    return { messages: [], conversations: [], outbox: [], unrouted: new Map(), unreadable: new Map() } satisfies Rows;
  });
  const isTheirs = ({ orgId }: { orgId: string }) => orgId !== own.org.id;
  const theirs = { ...rows, messages: rows.messages.filter(isTheirs), conversations: rows.conversations.filter(isTheirs) };
  const found = judge(lines, { numbers: world.numbers, raws, forged, unreadable, requests, outages: [] }, theirs);
  report(found);
  const ownArrived = rows.messages.filter((m) => !isTheirs(m) && m.direction === "in").length;
  if (ownArrived !== ownSent || ownSent === 0) differ.push(`through the own app ${ownArrived} of ${ownSent} messages arrived`);
  differ.push(...(await leftOver()), ...unopenedIn(ground.logDir));
  for (const name of ["worker", "receiver"]) if (ground.supervisor.restarts(name) > 0) differ.push(`${name} came back by itself`);
  for (const line of [...differ, ...reader.failed.slice(0, 10)]) tell(line);
  const count = (kind: (typeof found)[number]["kind"]) => found.filter((f) => f.kind === kind).length;
  return {
    pass: differ.length === 0 && found.length === 0 && reader.failed.length === 0 && reader.reads > 0,
    seed,
    messages: load.written + ownSent,
    replies: requests.length,
    reads: reader.reads,
    failed: reader.failed.length,
    missing: count("missing"),
    doubled: count("doubled"),
    foreign: count("foreign"),
    keys: await keyFigures(),
    differ,
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

interface Ring {
  TOKEN_ENCRYPTION_KEY: string;
  INTAKE_KEY: string;
}
/** The lists of key-encryption keys an operator goes through: the next one known, then first, then alone. */
function ringsOf({ secrets }: Ground): Record<"both" | "nextFirst" | "next", Ring> {
  const next = () => `next:${randomBytes(32).toString("hex")}`;
  const fresh: Ring = { TOKEN_ENCRYPTION_KEY: next(), INTAKE_KEY: next() };
  const ring = (make: (now: string, next: string) => string): Ring => ({
    TOKEN_ENCRYPTION_KEY: make(secrets.TOKEN_ENCRYPTION_KEY, fresh.TOKEN_ENCRYPTION_KEY),
    INTAKE_KEY: make(secrets.INTAKE_KEY, fresh.INTAKE_KEY),
  });
  return { both: ring((now, next) => `${now},${next}`), nextFirst: ring((now, next) => `${next},${now}`), next: fresh };
}

/** For programs that start from now on, and for this one, if it has opened nothing yet. */
function holdRing(ground: Ground, ring: Ring): void {
  Object.assign(ground.env.worker, ring);
  Object.assign(ground.env.receiver, { INTAKE_KEY: ring.INTAKE_KEY });
  if (ring.INTAKE_KEY.includes(",")) {
    Object.assign(process.env, ring);
    startEnv("tool");
  }
}

/** A number of a customer's own app, connected by the worker; its messages come to an address with a secret of its own. */
async function connectOwn(): Promise<{ org: MadeOrganisation; phoneNumberId: string }> {
  const org = await makeOrganisation({ name: "Own app", channels: [] });
  const own = await control<{ appId: string; appSecret: string; wabaId: string; phoneNumberId: string; accessToken: string }>(
    "own-app",
  );
  const { appId, appSecret, wabaId, phoneNumberId, accessToken: token } = own;
  await connectManually(ctxOf(org, "owner"), { appId, appSecret, wabaId, phoneNumberId, token });
  await until(
    "the own app's number is connected",
    async () => (await one("select count(*) as n from channels where org_id = $1", org.id)) === 1,
    30_000,
  );
  return { org, phoneNumberId };
}

/** A journey that has a token and stands still, so that what it found out stays sealed in its row. */
async function openJourney(): Promise<void> {
  const desk = await begin("new", await organisation());
  await reportSignup(desk, await signup({ flow: "only_waba" }));
}

const one = async (text: string, ...values: unknown[]): Promise<number> =>
  Number((await poolOf("owner").query(text, values)).rows[0]?.n ?? 0);

/** Keys that open something and are not meant to stay: data keys, and the intake's for bodies. */
async function keysThere(): Promise<Set<string>> {
  const { rows } = await poolOf("owner").query<{ id: string }>(
    `select id from data_keys where purpose = 'data' and wrapped is not null
      union all select id from intake_keys where purpose = 'body' and wrapped is not null`,
  );
  return new Set(rows.map((r) => r.id));
}

const keyFigures = async () => ({
  dataDestroyed: await one("select count(*) as n from data_keys where state = 'destroyed'"),
  intakeDestroyed: await one("select count(*) as n from intake_keys where destroyed_at is not null"),
  wrappedByNext: await one(
    `select (select count(*) from data_keys where wrapped is not null and kek_id = 'next') + (select count(*) from intake_keys where wrapped is not null and kek_id = 'next')
      + (select count(*) from intake_endpoints where intake_kek_id = 'next') as n`,
  ),
});

/** What stands in the database that must not, in sentences. */
async function leftOver(): Promise<string[]> {
  const counts: Record<string, string> = {
    "keys are wrapped by what was taken away": `select (select count(*) from data_keys where wrapped is not null and kek_id <> 'next')
      + (select count(*) from intake_keys where wrapped is not null and kek_id <> 'next') + (select count(*) from intake_endpoints where intake_kek_id <> 'next') as n`,
    "keys are neither in use nor destroyed": `select (select count(*) from data_keys where state in ('incoming', 'retired'))
      + (select count(*) from intake_keys where retired_at is not null and wrapped is not null) as n`,
    "events are quarantined that were readable":
      "select count(*) as n from webhook_events where state = 'quarantined' and field <> 'unreadable'",
    "numbers no longer send": "select count(*) as n from channels where status <> 'connected'",
  };
  const said = await Promise.all(Object.entries(counts).map(async ([what, text]) => ({ what, n: await one(text) })));
  return said.filter(({ n }) => n > 0).map(({ what, n }) => `${n} ${what}`);
}

function unopenedIn(dir: string): string[] {
  return fs
    .readdirSync(dir)
    .flatMap((file) =>
      fs
        .readFileSync(`${dir}/${file}`, "utf8")
        .split("\n")
        .filter((line) => UNOPENED.test(line)),
    )
    .slice(0, 10);
}

/** `npm run keys -- …` as an operator types it. @returns what is to be said of it: nothing, if it ended well */
function command(ground: Ground, what: "rotate" | "rewrap", ring: Ring): Promise<string[]> {
  const env: NodeJS.ProcessEnv = {
    NODE_ENV: "production",
    ...ground.env.worker,
    ...ring,
    DATABASE_OWNER_URL: ground.ownerUrl,
    DATABASE_SYSTEM_URL: ground.ownerUrl,
  };
  const child = spawn(process.execPath, [at("scripts/keys.mjs"), what], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.on("data", (text: Buffer) => {
    for (const line of text.toString().trimEnd().split("\n")) tell(`keys: ${line}`);
  });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code) => done(code === 0 ? [] : [`npm run keys -- ${what} ended with ${code}`]));
  });
}
