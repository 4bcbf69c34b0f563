/** A backlog as the receiver leaves it: sealed deliveries in the mix of ref-process.mjs, for organisations made for it. */
import { randomBytes, randomUUID } from "node:crypto";
import { asId, newId } from "@/lib/kernel/ids";
import { seal } from "@/lib/platform/crypto/codec";
import { intakeKey, orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";

export const ORGS = 20;
const CONTACTS = 2000;
const TEXT = "hello ".repeat(80); // 480 characters

export interface Backlog {
  organisations: MadeOrganisation[];
  /** Different inbound messages among the rows. */
  messages: number;
  /** Outbound messages all of whose statuses are in the backlog. */
  read: number;
}

/** Writes `rows` deliveries: half messages, half status triples (5 % reversed), 2 % repeated. */
export async function makeBacklog(rows: number): Promise<Backlog> {
  const organisations: MadeOrganisation[] = [];
  for (let i = 0; i < ORGS; i++) organisations.push(await makeOrganisation());
  const outs = Math.ceil(rows / 6);
  const run = randomBytes(3).toString("hex");
  await insertOutbound(organisations, outs, run);
  const bodies: string[] = [];
  const began = Math.floor(Date.now() / 1000) - 5000;
  let messages = 0;
  let next = 0;
  let pending: { out: number; status: string; after: number }[] = [];
  const channel = (i: number) => organisations[i % ORGS]?.channels[0];
  const wrap = (org: number, value: object) => {
    const number = channel(org);
    const metadata = { display_phone_number: number?.displayPhone, phone_number_id: number?.phoneNumberId };
    return JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        { id: number?.wabaId, changes: [{ field: "messages", value: { messaging_product: "whatsapp", metadata, ...value } }] },
      ],
    });
  };
  for (let i = 0; i < rows; i++) {
    if (i > 100 && Math.random() < 0.02) {
      bodies.push(bodies[Math.floor(Math.random() * i)] ?? "");
      continue;
    }
    if (i % 2 === 1 && (pending.length > 0 || next < outs)) {
      if (pending.length === 0) {
        const out = next++;
        pending = ["sent", "delivered", "read"].map((status, after) => ({ out, status, after }));
        if (Math.random() < 0.05) pending.reverse();
      }
      const one = pending.shift() ?? { out: 0, status: "sent", after: 0 };
      const pricing = { billable: true, pricing_model: "PMP", category: "marketing" };
      const conversation = { id: randomUUID(), origin: { type: "marketing" } };
      const timestamp = String(began + (one.out % 3000) + one.after);
      bodies.push(
        wrap(one.out, {
          statuses: [{ id: wamidOf(run, one.out), status: one.status, timestamp, recipient_id: "5511", conversation, pricing }],
        }),
      );
      continue;
    }
    const contact = Math.floor(Math.random() * CONTACTS);
    const from = `55119${10_000_000 + contact}`;
    bodies.push(
      wrap(Math.floor(Math.random() * ORGS), {
        contacts: [{ profile: { name: `Contact ${contact}` }, wa_id: from }],
        messages: [
          {
            from,
            id: `wamid.in.${run}.${messages++}`,
            timestamp: String(began + (i % 3000)),
            text: { body: TEXT },
            type: "text",
          },
        ],
      }),
    );
  }
  await insertDeliveries(bodies);
  return { organisations, messages, read: pending.length === 0 ? next : next - 1 };
}

const wamidOf = (run: string, n: number) => `wamid.out.${run}.${n}`;

/** Messages already sent, three statuses each on their way; spread over a hundred conversations an organisation. */
async function insertOutbound(organisations: MadeOrganisation[], total: number, run: string): Promise<void> {
  const owner = poolOf("owner");
  for (const [o, organisation] of organisations.entries()) {
    const keys = await orgKeys(organisation.id);
    const channelId = organisation.channels[0]?.id;
    const pairs = Array.from({ length: 100 }, () => ({ contact: newId("contact"), conversation: newId("conversation") }));
    const contacts = pairs.map((p) => p.contact);
    await owner.query("insert into contacts (org_id, id) select $1, * from unnest($2::uuid[])", [organisation.id, contacts]);
    await owner.query(
      "insert into conversations (org_id, id, channel_id, contact_id) select $1, u.id, $2, u.contact from unnest($3::uuid[], $4::uuid[]) u (id, contact)",
      [organisation.id, channelId, pairs.map((p) => p.conversation), contacts],
    );
    const mine = Array.from({ length: Math.ceil((total - o) / organisations.length) }, (_, k) => ({
      id: newId("message"),
      wamid: wamidOf(run, o + k * organisations.length),
    }));
    await owner.query(
      `insert into messages (org_id, id, conversation_id, direction, origin, type, body_sealed, wamid_sealed, wamid_lookup, at, accepted_at)
        select $1, u.id, u.cv, 'out', 'agent', 'template', u.body, u.wamid, u.lookup, now(), now()
        from unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::bytea[]) u (id, cv, body, wamid, lookup)`,
      [
        organisation.id,
        mine.map((m) => m.id),
        mine.map((_, k) => pairs[k % pairs.length]?.conversation),
        mine.map((m) =>
          keys.seal("messages", "body_sealed", m.id, JSON.stringify({ content: { kind: "text", text: "template" } })),
        ),
        mine.map((m) => keys.seal("messages", "wamid_sealed", m.id, m.wamid)),
        mine.map((m) => keys.wamidLookup(organisation.channels[0]?.phoneNumberId ?? "", m.wamid)),
      ],
    );
  }
}

/** Rows as the intake writes them; repeats get a body hash of their own, so that they are rows here as they are there. */
async function insertDeliveries(bodies: string[]): Promise<void> {
  const owner = poolOf("owner");
  const { rows } = await owner.query<{ id: string; intake_key_id: string }>(
    "select id, intake_key_id from intake_endpoints where key = 'meta'",
  );
  const [endpoint] = rows;
  if (!endpoint) throw new Error("the intake has no key yet");
  const key = await intakeKey(endpoint.intake_key_id);
  for (let from = 0; from < bodies.length; from += 2000) {
    const part = bodies.slice(from, from + 2000).map((body) => ({ id: newId("delivery"), body: Buffer.from(body) }));
    await owner.query(
      `insert into webhook_deliveries (id, endpoint_id, body_sha256, body_sealed, key_id, bytes)
        select u.id, $1, u.sha, u.body, $2, u.bytes from unnest($3::uuid[], $4::bytea[], $5::bytea[], $6::int[]) u (id, sha, body, bytes)`,
      [
        endpoint.id,
        endpoint.intake_key_id,
        part.map((p) => p.id),
        part.map(() => randomBytes(32)),
        part.map((p) => seal(key, { scope: "intake", table: "webhook_deliveries", column: "body_sealed", rowId: p.id }, p.body)),
        part.map((p) => p.body.length),
      ],
    );
  }
}

/** What came out for these organisations. */
export async function countOutcome({
  organisations,
}: Backlog): Promise<{ messages: number; unread: number; read: number; quarantined: number }> {
  const { rows } = await poolOf("owner").query<{ messages: number; unread: number; read: number; quarantined: number }>(
    `select (select count(*)::int from messages where org_id = any($1) and direction = 'in') as messages,
      (select coalesce(sum(unread), 0)::int from conversations where org_id = any($1)) as unread,
      (select count(*)::int from messages where org_id = any($1) and direction = 'out' and sent_at is not null and delivered_at is not null and read_at is not null) as read,
      (select count(*)::int from webhook_events where org_id = any($1) and state = 'quarantined') as quarantined`,
    [organisations.map((o) => asId("organisation", o.id))],
  );
  return rows[0] ?? { messages: 0, unread: 0, read: 0, quarantined: 0 };
}
