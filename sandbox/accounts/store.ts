/**
 * What was made at run time, kept in a file beside the ledger so that a restart does not lose it. Written whole, under
 * another name first, and readable by its owner only: it holds tokens.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { asArray, asObject, isObject, type JsonObject, tryJson } from "../json";
import type { OtherApp, World } from "../world";
import { newPhone, newWaba, type Phone, type Portfolio, type Token, type Waba } from "./model";

/** The accounts file of a ledger: `x.ndjson` has `x.accounts.json`. */
export const accountsPathOf = (ledgerPath: string): string => `${ledgerPath.replace(/\.ndjson$/, "")}.accounts.json`;

export class AccountStore {
  private written = "";
  private writing: Promise<void> = Promise.resolve();

  /** @param path the file; without it nothing is kept (tests) */
  constructor(
    private readonly world: World,
    private readonly path: string | undefined,
  ) {}

  /** Brings back what an earlier run made; a file of another app, or a broken one, counts as none. */
  load(): void {
    if (this.path === undefined) return;
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch {
      return;
    }
    const saved = asObject(tryJson(text));
    if (saved.appId !== this.world.app.id) return;
    restore(this.world, saved);
    this.written = this.text();
  }

  /** Resolves when the file tells the present state; does nothing when nothing changed. */
  async save(): Promise<void> {
    const { path } = this;
    if (path === undefined) return;
    // one after the other; a write that failed does not hold up the next
    this.writing = this.writing
      .catch(() => {})
      .then(async () => {
        const text = this.text();
        if (text === this.written) return;
        mkdirSync(dirname(path), { recursive: true });
        const file = await open(`${path}.new`, "w", 0o600);
        try {
          await file.writeFile(text);
          await file.datasync();
        } finally {
          await file.close();
        }
        await rename(`${path}.new`, path);
        this.written = text;
      });
    await this.writing;
  }

  private text(): string {
    const made = <T extends { given?: boolean }>(all: Iterable<T>) => [...all].filter((one) => !one.given);
    const { world } = this;
    const saved = {
      portfolios: made(world.portfolios.values()),
      wabas: made(world.wabas.values()).map(({ templates: _, ...waba }) => waba),
      phones: made(world.phones.values()),
      tokens: made(world.tokens.values()),
      apps: [...world.otherApps.values()],
    };
    const empty = Object.values(saved).every((list) => list.length === 0);
    return empty && this.written === "" ? "" : JSON.stringify({ appId: world.app.id, ...saved });
  }
}

function restore(world: World, saved: JsonObject): void {
  // our own writing; whole objects of the types named, only an id is asked for
  const list = <T>(name: string) => asArray(saved[name]).filter(isObject) as T[];
  for (const one of list<Portfolio>("portfolios")) if (!world.portfolios.has(one.id)) world.portfolios.set(one.id, one);
  for (const one of list<Waba>("wabas")) {
    if (!world.wabas.has(one.id)) world.wabas.set(one.id, newWaba({ ...one, templates: world.seededTemplates(one.id) }));
  }
  for (const one of list<Phone>("phones")) if (!world.phones.has(one.id)) world.phones.set(one.id, newPhone(one));
  for (const one of list<OtherApp>("apps")) world.otherApps.set(one.id, one);
  for (const one of list<Token>("tokens")) if (!world.tokens.has(one.token)) world.tokens.set(one.token, one);
}
