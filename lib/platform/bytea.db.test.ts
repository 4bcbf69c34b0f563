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
