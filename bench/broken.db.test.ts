import { afterAll, describe, expect, it } from "vitest";
import { closePools, poolOf } from "@/lib/platform/pool";
import { inTenantSql, type Sql } from "@/lib/platform/sql";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { inTenantSql as extensionStyle } from "./broken/extension-rls";
import { forgetCheck, takeCheckAway } from "./broken/no-with-check";
import { crossingBreaches, policyBreaches, type Query, transactionBreaches, type Way } from "./isolation-checks";

afterAll(closePools);

const SPECIAL = ["intake_endpoints"];
const owner: Query = (text, values) => poolOf("owner").query(text, values);

/** Does something to the policies in a transaction that never ends well, so that nobody else sees it. */
async function inVain<T>(statements: string, work: (query: Query, way: Way) => Promise<T>): Promise<T> {
  const client = await poolOf("owner").connect();
  const query: Query = (text, values) => client.query(text, values);
  const way: Way = async (ctx, inside) => {
    await client.query("savepoint way");
    try {
      await client.query("set local role app");
      await client.query("select set_config('app.org_id', $1, true)", [ctx.orgId]);
      const result = await inside({
        ctx,
        rows: async (_name: string, text: string, values: unknown[] = []) => (await client.query(text, values)).rows,
        run: async (_name: string, text: string, values: unknown[] = []) => (await client.query(text, values)).rowCount ?? 0,
      } as unknown as Sql); // enough of it for the checks
      await client.query("reset role");
      return result;
    } catch (error) {
      await client.query("rollback to savepoint way");
      throw error;
    }
  };
  try {
    await client.query("begin");
    if (statements) await client.query(statements);
    return await work(query, way);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function two() {
  const [mine, theirs] = [await makeOrganisation(), await makeOrganisation()];
  return { mine: ctxOf(mine, "owner"), theirs: ctxOf(theirs, "owner") };
}

describe("the isolation checks", () => {
  it("find nothing in the product", async () => {
    const { mine, theirs } = await two();
    expect(await policyBreaches(owner, SPECIAL)).toEqual([]);
    expect(await crossingBreaches(inTenantSql, mine, theirs)).toEqual([]);
    expect(await transactionBreaches(inTenantSql, mine)).toEqual([]);
  });

  it("find nothing through the test's own way either", async () => {
    const { mine, theirs } = await two();
    expect(await inVain("", (_query, way) => crossingBreaches(way, mine, theirs))).toEqual([]);
  });

  it("catch policies without a check", async () => {
    const { mine, theirs } = await two();
    const [read, crossed] = await inVain(takeCheckAway(["contacts"]), async (query, way) => [
      await policyBreaches(query, SPECIAL),
      await crossingBreaches(way, mine, theirs),
    ]);
    expect(read).toContain("contacts: no check for writing");
    // a moved row must still be visible to whoever moved it, so Postgres itself stops that one
    expect(crossed).toEqual(["a row is planted in another organisation"]);
    expect(await inVain(forgetCheck(["contacts"]), (query) => policyBreaches(query, SPECIAL))).toContain(
      "contacts: no check for writing",
    );
  });

  it("catch a tenant that is set around each statement", async () => {
    const { mine } = await two();
    expect(await transactionBreaches(extensionStyle, mine)).toEqual([
      "what was rolled back is still there",
      "two statements of one piece of work are two transactions",
    ]);
  });
});
