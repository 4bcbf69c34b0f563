/** Reads every sealed value of organisations over and over, as the product does: by its verbs, and column by column with the keys it holds. */
import { listConversations, listMessages, saveDraft } from "@/lib/inbox";
import { asId } from "@/lib/kernel/ids";
import { checkConnections, getNumbers, getOwnApps } from "@/lib/onboarding";
import { orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";
import { SEALED } from "@/lib/platform/rotate-keys";
import { ctxOf, type MadeOrganisation } from "@/lib/testing/factory";
import { sleep } from "./ground";

/** Rows of a column that one round opens; another round takes others. */
const SAMPLE = 200;

export class KeyReader {
  reads = 0;
  readonly failed: string[] = [];
  #round = 0;

  constructor(readonly organisations: readonly MadeOrganisation[]) {}

  /** Goes on until it is over. */
  async run(over: () => boolean): Promise<void> {
    const columns = async () => {
      while (!over()) {
        await this.#columns(SAMPLE);
        await sleep(50);
      }
    };
    const verbs = async () => {
      while (!over()) {
        for (const org of this.organisations) await this.#verbs(org);
        await sleep(200);
      }
    };
    const nights = async () => {
      for (; !over(); await sleep(2000))
        for (const org of this.organisations) await this.#try(`the nightly check of ${org.slug}`, () => checkConnections(org.id));
    };
    await Promise.all([columns(), verbs(), nights()]);
  }

  /** Opens everything once. */
  async readAll(): Promise<void> {
    await this.#columns(1_000_000);
    for (const org of this.organisations) await this.#verbs(org);
  }

  async #columns(limit: number): Promise<void> {
    const { rows: present } = await poolOf("owner").query("select id from organisations order by id");
    for (const { id } of present)
      for (const { table, column, row } of SEALED)
        await this.#try(`${table}.${column}`, async () => {
          const keys = await orgKeys(id);
          const { rows } = await poolOf("owner").query<{ row: string; sealed: Buffer }>(
            `select ${row.text} as row, ${column} as sealed from ${table} where org_id = $1 and ${column} is not null
              and ${table === "webhook_events" ? "state <> 'unrouted'" : "true"} order by md5(${row.text} || $2) limit $3`,
            [id, String(this.#round), limit],
          );
          for (const one of rows) {
            keys.open(table, column, one.row, one.sealed);
            this.reads++;
          }
        });
    this.#round++;
  }

  async #verbs(org: MadeOrganisation): Promise<void> {
    const ctx = () => ctxOf(org, "owner");
    await this.#try(`the inbox of ${org.slug}`, async () => {
      const { items } = await listConversations(ctx(), { view: "all" });
      const [first] = items;
      if (!first) return;
      const conversationId = asId("conversation", first.id);
      await saveDraft(ctx(), { conversationId, text: `setengah jalan ${this.#round}` });
      const page = await listMessages(ctx(), { conversationId });
      // what does not open is shown as that in its place, and is a failed read all the same
      const shut = JSON.stringify([items, page.items]).match(/"unopened"/g)?.length ?? 0;
      for (let i = 0; i < shut; i++) this.failed.push(`a place in the inbox of ${org.slug} is shown as unopened`);
    });
    await this.#try(`the numbers of ${org.slug}`, () => getNumbers(ctx()));
    await this.#try(`the own apps of ${org.slug}`, () => getOwnApps(ctx()));
  }

  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.reads++;
    } catch (error) {
      this.failed.push(`${what}: ${error instanceof Error ? `${error.name} ${error.message}` : error}`);
    }
  }
}
