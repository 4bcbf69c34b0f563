/** Where content could leak, read whole: every row of the database, every key of Redis, every line of the logs. */
import fs from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";

/** A needle in every form a careless hand could have left it in: plain, hex, and base64 at each of the three alignments. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes, Buffer.alloc((3 - ((shift + bytes.length) % 3)) % 3)]).toString(
      "base64",
    );
    // the first and last characters mix with the neighbours and are left out
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  return [secret, bytes.toString("hex"), ...base64.filter((b) => b.length >= 6)];
}

/** Base64 runs inside a text, decoded: a wamid is one, and the real ones contain the phone. */
function* decoded(text: string): Generator<string> {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)) {
    yield Buffer.from(run.replaceAll("-", "+").replaceAll("_", "/"), "base64").toString("latin1");
  }
}

/** The names of the secrets that a text holds in any form. */
export function found(text: string, secrets: Record<string, string>): string[] {
  const inside = [...decoded(text)];
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)) || inside.some((d) => d.includes(secret)))
    .map(([name]) => name);
}

/** Whether a text holds a short code on its own: as a value, not as a part of some longer number or id. */
export const holdsAlone = (text: string, code: string): boolean =>
  new RegExp(`(?<![\\w.:+-])${code}(?![\\w.:+-])`).test(text) ||
  [...decoded(text)].some((inside) => new RegExp(`"pin"\\s*:\\s*"${code}"`).test(inside));

/** Every row of every table, as text; `bytea` is hex there. */
export async function readDatabase(url: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    const out = new Map<string, string>();
    for (const { relname } of tables) {
      const { rows } = await client.query(`select string_agg(t::text, E'\n') as all from "${relname}" t`);
      out.set(relname, rows[0].all ?? "");
    }
    return out;
  } finally {
    await client.end();
  }
}

/** Every key of Redis with what it holds. */
export async function readRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  const out: string[] = [];
  for (const key of await redis.keys("*")) {
    const type = await redis.type(key);
    const value =
      type === "string"
        ? await redis.get(key)
        : type === "hash"
          ? await redis.hgetall(key)
          : type === "list"
            ? await redis.lrange(key, "0", "-1")
            : type === "set"
              ? await redis.smembers(key)
              : type === "zset"
                ? await redis.zrange(key, "0", "-1")
                : await redis.xrange(key, "-", "+");
    out.push(key, JSON.stringify(value));
  }
  redis.disconnect();
  return out.join("\n");
}

/** Every log file of a folder. */
export const readLogs = (dir: string): Map<string, string> =>
  new Map(
    fs
      .readdirSync(dir)
      .filter((f) => f.endsWith(".log"))
      .map((f) => [f, fs.readFileSync(path.join(dir, f), "utf8")]),
  );

/** Looks at Redis over and over: most of what stands there is gone within seconds. `stop` answers with all that was ever seen. */
export function watchRedis(url: string): { stop: () => Promise<string> } {
  const seen = new Set<string>();
  let over = false;
  const watching = (async () => {
    while (!over) {
      for (const line of (await readRedis(url)).split("\n")) seen.add(line);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  return {
    stop: async () => {
      over = true;
      await watching;
      return [...seen].join("\n");
    },
  };
}
