import { fc } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decideClaim } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import {
  advance,
  begin,
  closeAll,
  type Desk,
  goTo,
  look,
  metaSettings,
  report,
  type Signup,
  signup,
} from "@/lib/testing/journeys";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";
import { rerouteUnrouted, tendOrphans } from "@/lib/webhooks";
import { type Sandbox, startSandbox } from "@/sandbox/server";

const [FIRMS, ACCOUNTS] = [3, 3];
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { id: "500100000000012", secret: process.env.META_APP_SECRET ?? "", verifyToken: "v" };
  sandbox = await startSandbox({ port: 0, state: { app, businesses: [] }, tune: { latencyMs: [0, 0] } });
  Object.assign(process.env, metaSettings(sandbox.origin, app.id)); // house: a test plays the launcher
  goTo(sandbox.origin);
  await readyIntake();
});
afterAll(async () => {
  await sandbox.close();
  await closeAll();
});
const owner = () => poolOf("owner");

type Act =
  | { do: "partner"; account: number }
  | { do: "message"; account: number }
  | { do: "signup"; firm: number; account: number; hint: number }
  | { do: "advance"; firm: number }
  | { do: "decide"; firm: number; approve: boolean }
  | { do: "reroute" }
  | { do: "leave"; account: number };
const account = fc.nat(ACCOUNTS - 1);
const firm = fc.nat(FIRMS - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant("partner" as const), account }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("message" as const), account }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("signup" as const), firm, account, hint: account }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("advance" as const), firm }) },
  fc.record({ do: fc.constant("decide" as const), firm, approve: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reroute" as const) }) },
  fc.record({ do: fc.constant("leave" as const), account }),
);

/** A world of its own: firms, accounts at Meta, and who was really granted what. */
class World {
  readonly granted = new Set<string>();
  readonly open = new Map<number, Desk>();
  private constructor(
    readonly firms: MadeOrganisation[],
    readonly accounts: Signup[],
    private readonly business: string,
  ) {}
  static async make(): Promise<World> {
    const users = [
      { name: "Olivia", role: "owner" as const },
      { name: "Adi", role: "admin" as const },
    ];
    const firms = await Promise.all(
      Array.from({ length: FIRMS }, (_, i) => makeOrganisation({ channels: [], users: i === 0 ? users.slice(0, 1) : users })),
    );
    const accounts: Signup[] = [];
    for (let i = 0; i < ACCOUNTS; i++) accounts.push(await signup({ flow: "new" }));
    return new World(firms, accounts, fakeMetaId());
  }
  private of(i: number): Signup {
    const found = this.accounts[i];
    if (!found) throw new Error("no account");
    return found;
  }
  private firm(i: number): MadeOrganisation {
    const found = this.firms[i];
    if (!found) throw new Error("no firm");
    return found;
  }
  async run(a: Act): Promise<void> {
    switch (a.do) {
      case "partner":
      case "leave": {
        const waba_info = { waba_id: this.of(a.account).wabaId, owner_business_id: this.business };
        const event = a.do === "partner" ? "PARTNER_ADDED" : "PARTNER_REMOVED";
        const at = a.do === "partner" ? this.business : this.of(a.account).wabaId;
        await deliver(envelopeOf(at, { field: "account_update", value: { event, waba_info } }));
        return drain(...this.firms.map((f) => f.id));
      }
      case "message": {
        const { wabaId, phoneNumberId } = this.of(a.account);
        const text = textMessage(`wamid.${fakeMetaId()}`, "628111", "rahasia");
        await deliver(envelopeOf(wabaId, messagesChange(phoneNumberId, { messages: [text] })));
        return drain(...this.firms.map((f) => f.id));
      }
      case "signup": {
        const desk = await begin("new", this.firm(a.firm));
        const { wabaId, phoneNumberId } = this.of(a.account);
        const s = await signup({ flow: "new", wabaId, phoneNumberId });
        this.granted.add(`${desk.org.id} ${wabaId}`);
        // what the browser says may name any account
        const said = this.of(a.hint);
        s.event.data = { waba_id: said.wabaId, phone_number_id: said.phoneNumberId };
        this.open.set(a.firm, desk);
        return report(desk, s);
      }
      case "advance": {
        const desk = this.open.get(a.firm);
        return desk && advance(desk);
      }
      case "decide": {
        const desk = this.open.get(a.firm);
        if (!desk || (await look(desk)).approval === null) return;
        return decideClaim(ctxOf(desk.org, "admin"), { ...desk, approve: a.approve });
      }
      case "reroute":
        await tendOrphans();
        await rerouteUnrouted();
        return drain(...this.firms.map((f) => f.id));
    }
  }
  /** Whatever belongs to a firm, it has proven; and what it has proven, it was granted. */
  async check(): Promise<void> {
    const orgs = this.firms.map((f) => f.id);
    const mine = this.accounts.map((a) => a.wabaId);
    const attached = await owner().query<{ org_id: string; waba_id: string; proven: boolean }>(
      `select e.org_id, e.waba_id, exists (select from account_proofs p where p.org_id = e.org_id and p.waba_id = e.waba_id) as proven
        from webhook_events e where e.org_id = any($1::uuid[]) or (e.waba_id = any($2::text[]) and e.org_id is not null)
       union select c.org_id, c.waba_id, exists (select from account_proofs p where p.org_id = c.org_id and p.waba_id = c.waba_id)
        from channels c where c.org_id = any($1::uuid[]) or c.waba_id = any($2::text[])`,
      [orgs, mine],
    );
    for (const row of attached.rows) {
      expect(row.proven, "attached without a proof").toBe(true);
      expect(this.granted.has(`${row.org_id} ${row.waba_id}`), "attached to a firm that was never granted the account").toBe(
        true,
      );
    }
    const proven = await owner().query<{ org_id: string; waba_id: string }>(
      "select org_id, waba_id from account_proofs where org_id = any($1::uuid[])",
      [orgs],
    );
    for (const row of proven.rows) expect(this.granted.has(`${row.org_id} ${row.waba_id}`), "proven, never granted").toBe(true);
  }
}

test("no sequence of partner events, messages, signups and claims attaches anything to a firm that has not proven the account", async () => {
  let attached = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
      const world = await World.make();
      for (const one of acts) {
        await world.run(one);
        await world.check();
      }
      const { rows } = await owner().query("select count(*)::int as n from webhook_events where org_id = any($1::uuid[])", [
        world.firms.map((f) => f.id),
      ]);
      attached += rows[0].n;
    }),
    { numRuns: 25, seed: 20261126 },
  );
  expect(attached).toBeGreaterThan(0); // else nothing was tried
}, 300_000);
