import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { byteaArray, packed } from "@/lib/platform/bytea";
import { closePools, poolOf } from "@/lib/platform/pool";

afterAll(closePools);

test("byte arrays arrive as they were sent: empty, null, small, large", async () => {
  const sent = [Buffer.from("a"), null, Buffer.alloc(0), randomBytes(300_000), Buffer.from([0, 1, 255])];
  const { rows } = await poolOf("app").query(
    "select u.v, u.n::int as n from unnest($1::bytea[]) with ordinality u (v, n) order by n",
    [byteaArray(sent)],
  );
  expect(rows.map((r) => r.v?.toString("hex") ?? null)).toEqual(sent.map((b) => b?.toString("hex") ?? null));
  expect((await poolOf("app").query("select cardinality($1::bytea[]) as n", [byteaArray([])])).rows[0].n).toBe(0);
});

test("only arrays that hold bytes are packed", () => {
  const values = [1, "x", ["a", "b"], [null, null], Buffer.from("one"), [Buffer.from("two")]];
  expect(packed(values).map((v) => Buffer.isBuffer(v))).toEqual([false, false, false, false, true, true]);
});

test("lists of ids arrive as they were sent; what only looks like one is left to the driver", async () => {
  const ids = ["01a2139c-5703-7779-be56-f79820542a8a", "01a2139c-5703-7779-be56-f79820542a8b"];
  const odd = [`${ids[0]?.slice(0, 35)},`, `"{}\\,NULL${"x".repeat(27)}`];
  expect(odd.map((o) => o.length)).toEqual([36, 36]);
  const [sentIds, nulls, texts, none] = packed([ids, [null, ids[0]], odd, []]);
  expect(typeof sentIds).toBe("string");
  const { rows } = await poolOf("app").query("select $1::uuid[] as a, $2::uuid[] as b, $3::text[] as c, $4::uuid[] as d", [
    sentIds,
    nulls,
    texts,
    none,
  ]);
  expect(rows).toEqual([{ a: ids, b: [null, ids[0]], c: odd, d: [] }]);
});
