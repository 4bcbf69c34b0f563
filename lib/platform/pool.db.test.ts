import { afterAll, expect, test } from "vitest";
import { closePools, type DbRole, poolOf } from "@/lib/platform/pool";

afterAll(closePools);

test.each<DbRole>(["app", "worker", "system", "ingest"])(
  "%s reads by index, gives up on slow statements and idle transactions",
  async (role) => {
    const { rows } = await poolOf(role).query(
      "select current_setting('enable_seqscan') seq, current_setting('statement_timeout') slow, current_setting('idle_in_transaction_session_timeout') idle",
    );
    expect(rows).toEqual([{ seq: "off", slow: "30s", idle: "30s" }]);
  },
);

test("a foreign key checked first while its table was empty is checked by index once it is full", async () => {
  const owner = poolOf("owner");
  await owner.query("create schema plan_check");
  try {
    await owner.query("create table plan_check.a (id int primary key, pad text)");
    await owner.query("create table plan_check.b (id int primary key, a int references plan_check.a (id))");
    await owner.query("vacuum analyze plan_check.a");
    await owner.query(
      "grant usage on schema plan_check to worker; grant select, insert, update on all tables in schema plan_check to worker",
    );
    const client = await poolOf("worker").connect();
    try {
      await client.query("insert into plan_check.a values (0)");
      // after five checks the key's plan is kept
      await client.query("insert into plan_check.b select g, 0 from generate_series(1, 8) g");
      await client.query("insert into plan_check.a select g, repeat('x', 200) from generate_series(1, 20000) g");
      await client.query("select pg_stat_force_next_flush()");
      const read = async () =>
        (await owner.query("select seq_tup_read::int n from pg_stat_user_tables where relid = 'plan_check.a'::regclass")).rows[0]
          .n;
      const before = await read();
      await client.query("insert into plan_check.b select g, g from generate_series(19990, 19999) g");
      await client.query("select pg_stat_force_next_flush()");
      expect((await read()) - before).toBeLessThan(1000);
    } finally {
      client.release(true);
    }
  } finally {
    await owner.query("drop schema plan_check cascade");
  }
});
