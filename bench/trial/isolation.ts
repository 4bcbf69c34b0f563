/** `--broken no-with-check | extension-rls`: shows a broken database or a broken way into it to the isolation checks. */
import { closePools, poolOf } from "@/lib/platform/pool";
import { inTenantSql } from "@/lib/platform/sql";
import { ctxOf, makeOrganisation } from "@/lib/testing/factory";
import { inTenantSql as extensionStyle } from "../broken/extension-rls";
import { takeCheckAway } from "../broken/no-with-check";
import type { ISOLATION } from "../broken/table";
import { crossingBreaches, policyBreaches, transactionBreaches } from "../isolation-checks";
import { openGround } from "./ground";
import type { Verdict } from "./run";

/** @returns a failed verdict whose `foreign` counts what the checks found */
export async function tryIsolation(name: (typeof ISOLATION)[number], seed: number): Promise<Verdict> {
  const began = Date.now();
  const ground = await openGround("chaos");
  try {
    const [one, other] = [await makeOrganisation(), await makeOrganisation()];
    const [mine, theirs] = [ctxOf(one, "owner"), ctxOf(other, "owner")];
    if (name === "no-with-check") await poolOf("owner").query(takeCheckAway(["contacts", "conversations", "messages"]));
    const way = name === "extension-rls" ? extensionStyle : inTenantSql;
    const found = [
      ...(await policyBreaches((text, values) => poolOf("owner").query(text, values), ["intake_endpoints"])),
      ...(await crossingBreaches(way, mine, theirs)),
      ...(await transactionBreaches(way, mine)),
    ];
    for (const breach of found) console.log(`  ${breach}`);
    const none = { events: 0, sends: 0, missing: 0, doubled: 0, kills: {}, faults: {} };
    return { pass: found.length === 0, seed, ...none, foreign: found.length, seconds: Math.round((Date.now() - began) / 1000) };
  } finally {
    await closePools();
    await ground.stop();
  }
}
