import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemCtx } from "@/lib/kernel/ctx";
import { audit } from "@/lib/platform/audit";
import { closePools } from "@/lib/platform/pool";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

let org: MadeOrganisation;
beforeAll(async () => {
  org = await makeOrganisation();
  await inTenant((sql) => audit(sql, [{ action: "test.first", subject: "test" }]));
});
afterAll(closePools);

const inTenant = <T>(work: (sql: Sql) => Promise<T>) => inTenantSql(systemCtx(org.id, "test"), work);
const headOf = (sql: Sql) => sql.rows<{ seq: number; hash: Buffer }>("test.head", "select seq, hash from audit_head()");

type Arrays = Record<string, string>;
/** Changes some of the ten arrays. */
type Change = (arrays: Arrays, n: number) => Arrays;

/** The ten arrays as literals, of `n` entries that would go on rightly from the head. */
function literals(head: { seq: number; hash: Buffer }, n: number): Arrays {
  const each = (value: (i: number) => string) => `{${Array.from({ length: n }, (_, i) => value(i)).join(",")}}`;
  const hashes = Array.from({ length: n }, () => randomBytes(32));
  const bytes = (i: number) => `"\\\\x${(hashes[i] ?? head.hash).toString("hex")}"`;
  return {
    seqs: each((i) => `${head.seq + 1 + i}`),
    ats: each(() => '"2026-01-01T00:00:00Z"'),
    actors: each(() => "system"),
    actorIds: each(() => "null"),
    actions: each(() => "forged"),
    subjects: each(() => "test"),
    subjectIds: each(() => "null"),
    details: each(() => '"{}"'),
    prevs: each((i) => bytes(i - 1)),
    hashes: each(bytes),
  };
}
const append = (sql: Sql, arrays: Arrays) =>
  sql.rows(
    "test.append",
    "select audit_append($1::text::bigint[], $2::text::timestamptz[], $3::text::text[], $4::text::uuid[], $5::text::text[], $6::text::text[], $7::text::text[], $8::text::text[], $9::text::bytea[], $10::text::bytea[])",
    Object.values(arrays),
  );
const attempt = (n: number, change: Change) =>
  inTenant(async (sql) => {
    const [head] = await headOf(sql);
    if (!head) throw new Error("no head");
    const arrays = literals(head, n);
    await append(sql, { ...arrays, ...change(arrays, n) });
  });

const shifted = (literal = "", n = 1) => `[0:${n - 1}]=${literal}`;
const withLast = (literal = "", last: string) => literal.replace(/,[^,]*\}$/, `${last}}`);
const all = (arrays: Arrays, one: (literal: string) => string): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, literal]) => [name, one(literal)]));
const FORGERIES: [string, number, Change][] = [
  ["a shifted lower bound of the numbers", 1, ({ seqs }) => ({ seqs: shifted(seqs) })],
  ["a shifted lower bound of the hashes before", 2, ({ prevs }, n) => ({ prevs: shifted(prevs, n) })],
  ["every bound shifted", 2, (arrays, n) => all(arrays, (literal) => shifted(literal, n))],
  ["two dimensions", 1, ({ seqs }) => ({ seqs: `{${seqs}}` })],
  ["no number", 1, () => ({ seqs: "{null}" })],
  ["no hash before", 1, () => ({ prevs: "{null}" })],
  ["nothing at all", 1, (arrays) => all(arrays, () => "{}")],
  ["a number far ahead", 2, ({ seqs }) => ({ seqs: withLast(seqs, ",9223372036854775807") })],
  ["a number taken before", 1, () => ({ seqs: "{1}" })],
  ["more numbers than hashes", 2, ({ hashes }) => ({ hashes: withLast(hashes, "") })],
  ["a short hash", 1, () => ({ hashes: '{"\\\\x00"}' })],
  ["no hash", 1, () => ({ hashes: "{null}" })],
  ["entries that do not follow each other", 2, ({ prevs }) => ({ prevs: withLast(prevs, `,"\\\\x${"00".repeat(32)}"`) })],
];

test.each(FORGERIES)("the chain refuses %s, whoever calls, and goes on", async (_name, n, change) => {
  const [before] = await inTenant(headOf);
  const refusal = await attempt(n, change).catch((error) => error.cause?.code ?? error.code);
  expect(refusal).toMatch(/^(22023|40001)$/);
  expect(await inTenant(headOf)).toEqual([before]);
  await inTenant((sql) => audit(sql, [{ action: "test.next", subject: "test" }]));
  expect((await inTenant(headOf))[0]?.seq).toBe((before?.seq ?? 0) + 1);
});

test("the same arrays unbroken are taken: the refusals above are of what was changed", async () => {
  const [before] = await inTenant(headOf);
  await attempt(3, () => ({}));
  expect((await inTenant(headOf))[0]?.seq).toBe((before?.seq ?? 0) + 3);
});
