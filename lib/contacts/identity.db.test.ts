import { randomUUID } from "node:crypto";
import { fc, test as prop } from "@fast-check/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listConversations } from "@/lib/inbox";
import { closeDb } from "@/lib/platform/db";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { ctxOf, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, messagesChange, readyIntake, textMessage } from "@/lib/testing/webhooks";

const wamid = () => `wamid.${Buffer.from(randomUUID()).toString("base64")}`;
const START = Math.floor(Date.now() / 1000) - 3600;
const PHONE = "5511977770001";
const BSUID = "BR.7f3k2q9x1m";

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

interface Said {
  from?: string;
  user?: string;
  name?: string;
  at?: number;
  system?: object;
}
const changeOf = (org: MadeOrganisation, { from, user, name, at = 0, system }: Said) =>
  messagesChange(org.channels[0]?.phoneNumberId ?? "", {
    ...(name ? { contacts: [{ wa_id: from, user_id: user, profile: { name } }] } : {}),
    messages: [
      {
        ...textMessage(wamid(), from ?? "", "halo", START + at),
        ...(from ? {} : { from: undefined }),
        ...(user ? { from_user_id: user } : {}),
        ...(system ? { type: "system", text: undefined, system } : {}),
      },
    ],
  });
/** Delivers sets one after the other; the messages of a set share one body. */
async function say(org: MadeOrganisation, ...sets: Said[][]): Promise<void> {
  for (const set of sets) {
    expect(await deliver(envelopeOf(org.channels[0]?.wabaId ?? "", ...set.map((s) => changeOf(org, s))))).toBe(200);
    await drain(org.id);
  }
}
async function picture(org: MadeOrganisation) {
  const { items } = await listConversations(ctxOf(org, "owner"), { view: "all" });
  const { rows } = await poolOf("owner").query(
    `select (select count(*)::int from contact_identities where org_id = $1 and kind <> 'alias') as identities,
      (select count(*)::int from contact_reviews where org_id = $1) as reviews`,
    [org.id],
  );
  return { names: items.map((i) => i.name).sort(), ...rows[0] };
}

test("a phone learnt later in the same batch belongs to the person", async () => {
  const org = await makeOrganisation();
  await say(
    org,
    [
      { user: BSUID, name: "Ana" },
      { user: BSUID, from: PHONE },
    ],
    [{ from: PHONE }],
  );
  expect(await picture(org)).toEqual({ names: ["Ana"], identities: 2, reviews: 0 });
});

test("a name said under one identity reaches the conversation that was found by another", async () => {
  const org = await makeOrganisation();
  await say(org, [{ from: PHONE, user: BSUID, name: "Ana" }]);
  await say(org, [
    { from: PHONE, at: 1 },
    { user: BSUID, name: "Ana Souza", at: 2 },
  ]);
  expect(await picture(org)).toMatchObject({ names: ["Ana Souza"] });
});

test("a changed number and user id lead to the same contact; ids that are somebody's go to the review list", async () => {
  const org = await makeOrganisation();
  const becomes = { type: "user_changed_number", wa_id: "5511966660002", user_id: "BR.new", previous_user_id: BSUID };
  await say(org, [{ from: PHONE, user: BSUID, name: "Ana" }], [{ from: PHONE, system: becomes }]);
  await say(org, [{ from: "5511966660002", user: "BR.new", name: "Ana", at: 5 }]);
  expect(await picture(org)).toEqual({ names: ["Ana"], identities: 4, reviews: 0 });

  await say(org, [{ from: "628999", name: "Budi" }]);
  await say(org, [{ from: PHONE, system: { type: "user_changed_number", wa_id: "628999" }, at: 9 }]);
  expect(await picture(org)).toEqual({ names: ["Ana", "Budi"], identities: 5, reviews: 1 });
});

prop.prop([fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.integer({ min: 1, max: 4 })], { numRuns: 8 })(
  "the newest name stands, whatever order and batches its messages came in",
  async (order, size) => {
    const org = await makeOrganisation();
    const said: Said[] = [
      { from: PHONE, name: "A", at: 0 },
      { from: PHONE, name: "Ana", at: 30 },
      { from: PHONE, name: "Ana Souza", at: 60 },
      { from: PHONE, at: 90 },
    ];
    const sets: Said[][] = [];
    for (let i = 0; i < order.length; i += size) sets.push(order.slice(i, i + size).map((n) => said[n] ?? {}));
    await say(org, ...sets);
    expect(await picture(org)).toEqual({ names: ["Ana Souza"], identities: 1, reviews: 0 });
  },
);

test("of two names of the same second the one that arrived later stands", async () => {
  const org = await makeOrganisation();
  await say(org, [{ from: "628111", name: "Ana", at: 1 }], [{ from: "628111", name: "Ana Souza", at: 1 }]);
  await say(org, [
    { from: "628222", name: "Ana", at: 1 },
    { from: "628222", name: "Ana Souza", at: 1 },
  ]);
  expect((await picture(org)).names).toEqual(["Ana Souza", "Ana Souza"]);
});
