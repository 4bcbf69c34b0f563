/** What people do during a trial: clients write, firms answer, strangers forge. Everything by seed, at a bounded pace. */
import { createHash, randomUUID } from "node:crypto";
import { replyToConversation } from "@/lib/inbox";
import { AppError } from "@/lib/kernel/errors";
import { asId } from "@/lib/kernel/ids";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf } from "@/lib/testing/factory";
import { newWamid } from "../../sandbox/ids";
import { between, type Random, seededRandom } from "../../sandbox/random";
import { sleep } from "./ground";
import type { Outside } from "./outside";
import type { Evidence } from "./verify";
import type { World } from "./world";

/** No more events are offered while so many wait for their 200. */
const MOST_PENDING = 500;
const CHUNK = 25;
const WORDS =
  "kontrak hearing tomorrow audiência pagamento invoice besok dokumen tanda tangan visto hotel ✈️ 合同 précis naïve thanks/you".split(
    " ",
  );
const OTHERS = [
  "image",
  "document",
  "location",
  "contacts",
  "interactive",
  "button",
  "reaction",
  "order",
  "unsupported",
  "sticker",
];

const STRANGE = ["bad", "none", "previous", "eight", "unreadable"] as const;

interface Written {
  wamid: string;
  input: Record<string, unknown>;
}

export class Load {
  readonly raws: Evidence["raws"] = [];
  readonly forged = new Set<string>();
  readonly unreadable = new Set<string>();
  readonly requests: Evidence["requests"] = [];
  readonly counts: Record<string, number> = {};
  /** Messages offered so far. */
  written = 0;
  #recent: Written[] = [];
  #conversations: { id: string; orgId: string; phoneNumberId: string }[] = [];
  #serial = 0;
  #strangers = 0;
  #offered = 0;

  /** Two sequences, so that how fast replies are taken does not change what clients write. */
  readonly random: Random;
  readonly chance: Random;

  constructor(
    readonly world: World,
    readonly outside: Outside,
    readonly seed: number,
  ) {
    this.random = seededRandom(`clients/${seed}`);
    this.chance = seededRandom(`agents/${seed}`);
  }

  #count = (name: string) => {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  };
  #one = <T>(list: readonly T[], random = this.random): T => list[Math.floor(random() * list.length)] as T;
  #text(random = this.random) {
    const n = between(random, 3, 40);
    return `${this.#serial++} ${Array.from({ length: n }, () => this.#one(WORDS, random)).join(" ")}`;
  }
  /** Clients' clocks: seconds behind, sometimes minutes. */
  #moment = () => new Date(Date.now() - this.random() * (this.random() < 0.05 ? 600_000 : 20_000)).toISOString();

  #message(): Record<string, unknown> {
    const ghost = this.#offered++ % 50 === 7;
    const phoneNumberId = ghost ? this.#one(this.world.ghosts) : this.#one([...this.world.numbers.keys()]);
    if (ghost) this.#count("unknown-number");
    const client = this.#one(this.world.clients);
    const base = { phoneNumberId, from: client.digits, name: client.name, timestamp: this.#moment() };
    if (this.random() < 0.85) return { ...base, type: "text", text: this.#text() };
    const type = this.#one(OTHERS);
    if (type === "reaction")
      return { ...base, type, reaction: { message_id: this.#recent.at(-1)?.wamid ?? newWamid(client.digits, "in") } };
    return { ...base, type };
  }

  /** Offers `total` messages at about `perSecond`, no faster than they are taken; `onProgress` may hold it back. */
  async write(total: number, perSecond: number, onProgress: (done: number) => Promise<void>): Promise<void> {
    const chunk = Math.max(1, Math.min(CHUNK, Math.ceil(total / 15)));
    for (let done = 0; done < total; ) {
      const began = Date.now();
      const inputs: Record<string, unknown>[] = [];
      while (inputs.length < Math.min(chunk, total - done)) {
        const again = this.#offered % 50 === 21 && this.#recent.length > 0 ? this.#one(this.#recent) : undefined;
        // the same message again in another envelope, as the platform does: the body differs, the wamid does not
        if (again) {
          this.#count("redelivered");
          inputs.push({ ...again.input, wamid: again.wamid });
        }
        inputs.push(this.#message());
      }
      const answers = await this.outside.inbound(inputs);
      for (const [i, input] of inputs.entries()) {
        if (input.wamid !== undefined) continue;
        done++;
        this.written++;
        this.#recent.push({ wamid: answers[i]?.wamid ?? "", input });
      }
      if (this.#recent.length > 400) this.#recent.splice(0, 200);
      await this.#stranger();
      await onProgress(done);
      while ((await this.outside.pending()).total > MOST_PENDING) await sleep(100);
      await sleep(Math.max(0, (inputs.length / perSecond) * 1000 - (Date.now() - began)));
    }
  }

  /** Bodies of our own: forged, unsigned, under the old secret, eight at once, unreadable. */
  async #stranger(): Promise<void> {
    const kind = STRANGE[this.#strangers++ % STRANGE.length];
    if (kind === "unreadable") return this.#unreadableBody();
    const client = this.#one(this.world.clients.filter((c) => !c.digits.startsWith("1555")));
    const phoneNumberId = this.#one([...this.world.numbers.keys()]);
    const wamid = newWamid(client.digits, "in");
    const envelope = this.#envelope(phoneNumberId, client, wamid);
    if (kind === "bad" || kind === "none") {
      this.forged.add(wamid);
      const statuses = await this.outside.webhook({ envelope: envelope.body, sign: kind });
      if (statuses.includes(401)) this.#count(kind === "bad" ? "bad-signature" : "unsigned");
      if (statuses.includes(200)) this.#count("forgery-accepted");
      return;
    }
    for (let attempt = 0; attempt < 60; attempt++) {
      const statuses = await this.outside.webhook({
        envelope: envelope.body,
        ...(kind === "eight" ? { times: 8 } : { sign: "previous" }),
      });
      if (statuses.includes(200)) {
        if (kind === "eight") this.#count("eight-at-once");
        this.raws.push({ wamid, phoneNumberId, from: client.digits, type: "text", text: envelope.text });
        return;
      }
      await sleep(500);
    }
  }

  #envelope(phoneNumberId: string, client: World["clients"][number], wamid: string) {
    const text = this.#text();
    const message = {
      from: client.digits,
      id: wamid,
      timestamp: String(Math.floor(Date.now() / 1000) - 5),
      type: "text",
      text: { body: text },
    };
    const value = {
      messaging_product: "whatsapp",
      metadata: { display_phone_number: "15550200000", phone_number_id: phoneNumberId },
      contacts: [{ profile: { name: client.name }, wa_id: client.digits }],
      messages: [message],
    };
    const id = this.world.numbers.get(phoneNumberId)?.wabaId ?? "";
    return { text, body: { object: "whatsapp_business_account", entry: [{ id, changes: [{ field: "messages", value }] }] } };
  }

  async #unreadableBody(): Promise<void> {
    const serial = `${this.seed}/${this.#serial++}`;
    const body =
      this.random() < 0.5
        ? `{"object":"whatsapp_business_account","entry":[{"id":"${serial}`
        : JSON.stringify({ strange: serial });
    const [status] = await this.outside.webhook({ envelope: body });
    if (status !== 200) return;
    this.#count("unreadable");
    this.unreadable.add(createHash("sha256").update(body).digest("hex"));
  }

  /** Conversations to answer in, as an agent would see them. */
  async look(): Promise<void> {
    const { rows } = await poolOf("owner").query<{ id: string; org_id: string; phone_number_id: string }>(
      `select c.id, c.org_id, h.phone_number_id from conversations c join channels h on h.org_id = c.org_id and h.id = c.channel_id
        where c.last_inbound_at > now() - interval '23 hours'`,
    );
    this.#conversations = rows.map((r) => ({ id: r.id, orgId: r.org_id, phoneNumberId: r.phone_number_id }));
  }

  /** One reply through the product's own verb, tried until it is taken, always under the same request id. */
  async reply(until: number): Promise<boolean> {
    if (this.#conversations.length === 0) return false;
    const conversation = this.#one(this.#conversations, this.chance);
    const organisation = this.world.organisations.find((o) => o.id === conversation.orgId);
    if (!organisation) return false;
    const input = {
      conversationId: asId("conversation", conversation.id),
      requestId: randomUUID(),
      text: this.#text(this.chance),
    };
    const request = { requestId: input.requestId, orgId: conversation.orgId, conversationId: conversation.id };
    for (let first = true; Date.now() < until; first = false) {
      try {
        await replyToConversation(ctxOf(organisation, "agent"), input);
        this.requests.push(request);
        return true;
      } catch (error) {
        if (error instanceof AppError && error.code !== "unavailable") throw error;
        if (first) this.#count("reply-retried");
        await sleep(300);
      }
    }
    // nobody knows whether it was taken: if it is there it is ours
    this.requests.push(request);
    return true;
  }

  /** Now and then a client reads; what is on its way is read on arrival. */
  async readSome(): Promise<void> {
    await this.outside.read(
      this.#one([...this.world.numbers.keys()], this.chance),
      this.#one(this.world.clients, this.chance).digits,
    );
  }
}
