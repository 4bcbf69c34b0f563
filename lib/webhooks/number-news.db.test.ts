import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { keepChecks } from "@/lib/channels";
import { systemCtx } from "@/lib/kernel/ctx";
import { asId } from "@/lib/kernel/ids";
import { getStanding } from "@/lib/onboarding";
import { closeDb } from "@/lib/platform/db";
import { orgKeys } from "@/lib/platform/keys";
import { registry } from "@/lib/platform/metrics";
import { closePools, poolOf } from "@/lib/platform/pool";
import { closeRedis } from "@/lib/platform/redis";
import { inTenantSql } from "@/lib/platform/sql";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeChannel, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, envelopeOf, readyIntake } from "@/lib/testing/webhooks";
import { rerouteUnrouted, splitDeliveries } from "@/lib/webhooks";

type Told = [field: string, value: object];
const owner = () => poolOf("owner");
/** Seconds since 1970, as Meta gives them. */
const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

async function firm() {
  const org = await makeOrganisation();
  await owner().query("update channels set connected_at = now() - interval '1 day' where org_id = $1", [org.id]);
  const [channel] = org.channels;
  if (!channel) throw new Error("no channel");
  return { org, channel };
}
/** Meta tells of an account, at a time of its own; what follows is awaited. */
async function tell(wabaId: string, [field, value]: Told, time: number, ...orgs: MadeOrganisation[]): Promise<void> {
  const envelope = envelopeOf(wabaId, { field, value });
  for (const entry of envelope.entry) Object.assign(entry, { time });
  expect(await deliver(envelope)).toBe(200);
  if (orgs.length > 0) await drain(...orgs.map((org) => org.id));
}
const changesOf = async (org: MadeOrganisation) =>
  (
    await owner().query(
      `select what, source, from_state as was, to_state as is, to_cause as cause, to_value as value, extract(epoch from at)::int as at, channel_id
        from number_changes where org_id = $1 and what <> 'connection' order by at, what`,
      [org.id],
    )
  ).rows;
const knownOf = async (org: MadeOrganisation) =>
  (
    await owner().query(
      "select check_name as check, state, known_state, known_cause, known_value as value from number_checks where org_id = $1 order by check_name",
      [org.id],
    )
  ).rows;
async function drops(what: string): Promise<number> {
  const metric = await registry.getSingleMetric("parley_number_drops_total")?.get();
  return metric?.values.find(({ labels }) => labels.what === what)?.value ?? 0;
}

beforeAll(readyIntake);
afterAll(async () => {
  await Promise.all([closePools(), closeDb()]);
  await closeRedis();
});

/** Each field with what it says first and what it says later. */
const FIELDS: { check: string; first: (phone: string) => Told; next: (phone: string) => Told; words: [string, string] }[] = [
  {
    check: "quality",
    first: (phone) => ["phone_number_quality_update", { display_phone_number: `+${phone}`, event: "FLAGGED" }],
    next: (phone) => ["phone_number_quality_update", { display_phone_number: phone, event: "FLAGGED", more: 1 }],
    words: ["RED", "RED"],
  },
  {
    check: "name",
    first: (phone) => ["phone_number_name_update", { display_phone_number: phone, decision: "REJECTED" }],
    next: (phone) => ["phone_number_name_update", { display_phone_number: phone, decision: "APPROVED" }],
    words: ["DECLINED", "APPROVED"],
  },
  {
    check: "review",
    first: () => ["account_review_update", { decision: "REJECTED" }],
    next: () => ["account_review_update", { decision: "APPROVED" }],
    words: ["REJECTED", "APPROVED"],
  },
  {
    check: "tier",
    first: () => ["business_capability_update", { max_daily_conversations_per_business: 2000 }],
    next: () => ["business_capability_update", { max_daily_conversations_per_business: "TIER_10K" }],
    words: ["TIER_2K", "TIER_10K"],
  },
];

test.each(FIELDS)("$check: told once, twice and in reverse order, the number stands as was told last", async (field) => {
  const { org, channel } = await firm();
  const [early, late] = [ago(600), ago(300)];
  const first = field.first(channel.displayPhone);
  await tell(channel.wabaId, first, early, org);
  await tell(channel.wabaId, first, early, org);
  await tell(channel.wabaId, [first[0], { ...first[1], again: 0 }], early, org);
  expect(await knownOf(org)).toMatchObject([{ check: field.check, value: field.words[0] }]);
  const told = { what: field.check, source: "provider", was: null, value: field.words[0], at: early, channel_id: channel.id };
  expect(await changesOf(org)).toMatchObject([told]);
  await tell(channel.wabaId, field.next(channel.displayPhone), late, org);
  // the first anew, in another envelope, as Meta repeats for days
  await tell(channel.wabaId, [first[0], { ...first[1], again: 1 }], early, org);
  expect(await knownOf(org)).toMatchObject([{ check: field.check, value: field.words[1] }]);
  expect(await changesOf(org)).toHaveLength(field.words[0] === field.words[1] ? 1 : 2);

  const other = await firm();
  await tell(other.channel.wabaId, field.next(other.channel.displayPhone), late, other.org);
  await tell(other.channel.wabaId, field.first(other.channel.displayPhone), early, other.org);
  expect(await knownOf(other.org)).toMatchObject([{ check: field.check, value: field.words[1] }]);
  expect(await changesOf(other.org)).toMatchObject([{ what: field.check, value: field.words[1], at: late }]);
});

test("news and looks: what was known last stands, whoever found it", async () => {
  const { org, channel } = await firm();
  const look = (cause: "quality_low" | "unreached" | null, seconds: number) =>
    inTenantSql({ ...systemCtx(org.id, "test"), now: new Date(ago(seconds) * 1000) }, (sql) =>
      keepChecks(sql, asId("channel", channel.id), [
        {
          check: "quality",
          state: cause === null ? "pass" : cause === "unreached" ? "unknown" : "fail",
          cause,
          fix: null,
          by: "nobody",
          value: cause === null ? "GREEN" : cause === "unreached" ? null : "RED",
          at: null,
        },
      ]),
    );
  const flagged: Told = ["phone_number_quality_update", { display_phone_number: channel.displayPhone, event: "FLAGGED" }];
  await look(null, 500);
  await tell(channel.wabaId, flagged, ago(600), org); // older than the look
  expect(await knownOf(org)).toMatchObject([{ state: "pass", value: "GREEN" }]);
  await look("unreached", 300);
  const before = await drops("quality");
  await tell(channel.wabaId, flagged, ago(400), org); // younger than what is known, though nobody answered since
  expect(await knownOf(org)).toMatchObject([{ state: "fail", known_cause: "quality_low", value: "RED" }]);
  expect(await drops("quality")).toBe(before + 1);
  await look(null, 450); // began before it was told
  expect(await knownOf(org)).toMatchObject([{ state: "fail", value: "RED" }]);
  await look(null, 100);
  expect((await changesOf(org)).map(({ source, was, is }) => [source, was, is])).toEqual([
    ["provider", "pass", "fail"],
    ["check", "fail", "pass"],
  ]);
});

/** Meta's words for what happened, each with the row it makes. */
const EVENTS: [Told, { what: string; is: string; value: string | null }][] = [
  [
    [
      "account_update",
      {
        event: "ACCOUNT_RESTRICTION",
        restriction_info: [{ restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING", expiration: 1_790_604_800 }],
      },
    ],
    { what: "account", is: "ACCOUNT_RESTRICTION", value: "2026-09-28, RESTRICTED_BIZ_INITIATED_MESSAGING" },
  ],
  [
    ["account_update", { event: "ACCOUNT_VIOLATION", violation_info: { violation_type: "ADULT" } }],
    { what: "account", is: "ACCOUNT_VIOLATION", value: "ADULT" },
  ],
  [
    ["account_update", { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "SCHEDULE_FOR_DISABLE" } }],
    { what: "account", is: "SCHEDULE_FOR_DISABLE", value: null },
  ],
  [
    ["account_alerts", { entity_type: "WABA", alert_info: { alert_type: "OBA_REJECTED", alert_severity: "CRITICAL" } }],
    { what: "alert", is: "OBA_REJECTED", value: "CRITICAL" },
  ],
  [["security", { event: "PIN_CHANGED" }], { what: "security", is: "PIN_CHANGED", value: null }],
];

test("what happened to an account stands in the list once, in whatever order and however often it is told", async () => {
  const { org, channel } = await firm();
  const before = await drops("restriction");
  const told = EVENTS.map(([news], i) => ({ news, time: ago(600 - i * 60) }));
  for (const { news, time } of [...told].reverse()) await tell(channel.wabaId, news, time, org);
  for (const { news, time } of told) await tell(channel.wabaId, [news[0], { ...news[1], again: 1 }], time, org);
  expect(await changesOf(org)).toMatchObject(
    EVENTS.map(([, row], i) => ({ ...row, source: "provider", was: null, at: told[i]?.time })),
  );
  expect(await drops("restriction")).toBe(before + 3);
  const { changes, number } = await getStanding(ctxOf(org, "owner"), { channelId: asId("channel", channel.id) });
  expect(changes).toHaveLength(EVENTS.length);
  expect(number).toMatchObject({ checkedAt: null, checks: [] }); // told is not looked at
});

test("a number is meant by its own digits or id, within its organisation and account, and no other stands in for it", async () => {
  const [one, two] = [await firm(), await firm()];
  const second = await makeChannel(one.org.id, await orgKeys(one.org.id), { wabaId: one.channel.wabaId });
  await owner().query("update channels set connected_at = now() - interval '1 day' where org_id = $1", [one.org.id]);
  const { wabaId } = one.channel;
  const rejected = { decision: "REJECTED" };
  for (const [field, value] of [
    ["phone_number_quality_update", { display_phone_number: two.channel.displayPhone, event: "FLAGGED" }],
    ["phone_number_name_update", { display_phone_number: two.channel.displayPhone, ...rejected }],
    ["security", { display_phone_number: two.channel.displayPhone, event: "PIN_CHANGED" }],
    ["account_alerts", { entity_type: "PHONE_NUMBER", entity_id: two.channel.phoneNumberId, alert_type: "OBA_REJECTED" }],
    ["account_update", { event: "VERIFIED_ACCOUNT", phone_number: two.channel.displayPhone }],
  ] satisfies Told[])
    await tell(wabaId, [field, value], ago(100), one.org, two.org);
  for (const { org } of [one, two]) expect([await changesOf(org), await knownOf(org)]).toEqual([[], []]);

  await tell(wabaId, ["phone_number_name_update", { display_phone_number: second.displayPhone, ...rejected }], ago(90), one.org);
  expect(await changesOf(one.org)).toMatchObject([{ what: "name", channel_id: second.id }]);
  await tell(wabaId, ["account_review_update", rejected], ago(80), one.org);
  const reviewed = (await changesOf(one.org)).filter(({ what }) => what === "review").map((row) => row.channel_id);
  expect(reviewed.sort()).toEqual([one.channel.id, second.id].sort());
  expect(await changesOf(two.org)).toEqual([]);
});

test("what is said of a whole account reaches each organisation with a number in it; what names a number there, nobody", async () => {
  const [one, two] = [await firm(), { org: await makeOrganisation({ channels: [] }) }];
  const { wabaId } = one.channel;
  await makeChannel(two.org.id, await orgKeys(two.org.id), { wabaId });
  await owner().query("update channels set connected_at = now() - interval '1 day' where org_id = $1", [two.org.id]);
  await tell(wabaId, ["account_review_update", { decision: "REJECTED" }], ago(100), one.org, two.org);
  await tell(wabaId, ["business_capability_update", { max_daily_conversations_per_business: 2000 }], ago(90), one.org, two.org);
  for (const { org } of [one, two]) expect((await knownOf(org)).map((row) => row.check)).toEqual(["review", "tier"]);
  const quality: Told = ["phone_number_quality_update", { display_phone_number: one.channel.displayPhone, event: "FLAGGED" }];
  await tell(wabaId, quality, ago(80), one.org, two.org);
  for (const { org } of [one, two]) expect((await knownOf(org)).map((row) => row.check)).toEqual(["review", "tier"]);
});

test("news of an account nobody has connected is kept, and handed over to whoever does", async () => {
  const [org, wabaId, displayPhone] = [await makeOrganisation({ channels: [] }), fakeMetaId(), `1555${fakeMetaId().slice(-7)}`];
  const news: Told[] = [
    ...FIELDS.map(({ first }) => first(displayPhone)),
    ...EVENTS.map(([told]) => told),
    ["phone_number_name_update", { display_phone_number: `${displayPhone}9`, decision: "APPROVED" }],
  ];
  const time = ago(500);
  for (const told of news) await tell(wabaId, told, time);
  const states = async () =>
    (await owner().query("select state from webhook_events where waba_id = $1", [wabaId])).rows.map(({ state }) => state);
  await vi.waitFor(async () => {
    await splitDeliveries();
    expect(await states()).toEqual(news.map(() => "unrouted"));
  }, 10_000);
  await makeChannel(org.id, await orgKeys(org.id), { wabaId, displayPhone });
  while ((await rerouteUnrouted()).more);
  await drain(org.id);
  expect(await states()).toEqual(news.map(() => "processed"));
  expect((await knownOf(org)).map(({ check, value }) => [check, value])).toEqual([
    ["name", "DECLINED"],
    ["quality", "RED"],
    ["review", "REJECTED"],
    ["tier", "TIER_2K"],
  ]);
  expect(await changesOf(org)).toHaveLength(FIELDS.length + EVENTS.length);
  for (const row of await changesOf(org)) expect(row).toMatchObject({ source: "provider", at: time });
});
