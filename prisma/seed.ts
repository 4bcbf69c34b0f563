/** First data of a demo or test database: firms, people, numbers, conversations. Passwords are random and told once, in SEED_OUT. */
import fs from "node:fs";
import { asId, type Id } from "@/lib/kernel/ids";

const ownerUrl = process.env.DATABASE_OWNER_URL;
const out = process.env.SEED_OUT;
if (!ownerUrl || !out) throw new Error("DATABASE_OWNER_URL and SEED_OUT are needed");
// a seed works as the owner throughout; the product never does
process.env.DATABASE_URL = ownerUrl;
process.env.DATABASE_WORKER_URL = ownerUrl;
process.env.DATABASE_SYSTEM_URL = ownerUrl;

const { bindConversation } = await import("@/lib/inbox");
const { createMatter } = await import("@/lib/matters");
const { closeRedis } = await import("@/lib/platform/redis");
const { closePools } = await import("@/lib/platform/pool");
const { makeChat } = await import("@/lib/testing/conversations");
const { ctxOf, makeOrganisation } = await import("@/lib/testing/factory");
const { FIRMS } = await import("@/lib/testing/scenarios");
const { ensureIntakeKey } = await import("@/lib/webhooks");

await ensureIntakeKey(new Date());
const organisations = [];
const conversations = [];
for (const firm of FIRMS) {
  const org = await makeOrganisation(firm.plan, true);
  const channel = org.channels[0];
  if (!channel) throw new Error("a firm has a number");
  const by = (role: string) => {
    const user = org.users.find((u) => u.role === role);
    if (!user) throw new Error(`no ${role}`);
    return user;
  };
  const byPhone = new Map<string, Id<"conversation">>();
  for (const chat of firm.chats(by)) {
    const made = await makeChat(org.id, channel, chat);
    byPhone.set(chat.phone, made.conversationId);
    const lastInboundAt = made.lines.filter((l) => l.direction === "in").at(-1)?.at;
    conversations.push({
      phoneNumberId: channel.phoneNumberId,
      client: chat.phone,
      name: chat.name,
      lastInboundAt,
      messages: made.lines,
    });
  }
  for (const { phones, by: role, ...input } of firm.matters ?? []) {
    const ctx = ctxOf(org, role);
    const matterId = asId("matter", (await createMatter(ctx, input)).id);
    for (const phone of phones) {
      const conversationId = byPhone.get(phone);
      if (!conversationId) throw new Error(`no conversation with ${phone}`);
      await bindConversation(ctx, { conversationId, matterId, from: "part" });
    }
  }
  organisations.push({
    id: org.id,
    slug: org.slug,
    name: org.name,
    wabaId: channel.wabaId,
    phoneNumberId: channel.phoneNumberId,
    displayPhone: channel.displayPhone.replace(/^(1)(\d{3})(\d{3})(\d{4})$/, "+$1 $2 $3 $4"),
    accessToken: channel.accessToken,
    users: org.users.map(({ email, password, role }) => ({ email, password, role })),
  });
}
await closePools();
await closeRedis();
fs.writeFileSync(out, JSON.stringify({ organisations, conversations }, null, 2), { mode: 0o600 });
