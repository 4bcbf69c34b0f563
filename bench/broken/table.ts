/** Builds that must fail, each by one module exchanged when the programs are bundled. The product knows nothing of them. */
import { at } from "../../scripts/lib/paths.mjs";

interface Broken {
  /** The module that is exchanged, as the product imports it. */
  module: string;
  program: "receiver" | "worker";
}

/** These lose, double or misdirect: `chaos --broken` must fail with each, and bench/broken*.test.ts shows that each still is what it says. */
export const TRIAL: Record<string, Broken> = {
  "answer-before-commit": { module: "@/lib/webhooks/intake/group-commit", program: "receiver" },
  "memory-dedupe": { module: "@/lib/webhooks/intake/group-commit", program: "receiver" },
  "blind-retry": { module: "@/lib/providers/meta/graph", program: "worker" },
  "last-write-status": { module: "@/lib/messages/apply-receipts", program: "worker" },
  "guess-tenant": { module: "@/lib/platform/sql", program: "worker" },
};
/** These break isolation; bench/broken.db.test.ts and `chaos --broken` show them to the isolation checks. */
export const ISOLATION = ["no-with-check", "extension-rls"] as const;
export const BROKEN = [...Object.keys(TRIAL), ...ISOLATION];

/** The alias that makes a program of a broken build, or none for the program it leaves alone. */
export function aliasFor(name: string | undefined, program: string): Record<string, string> | undefined {
  const broken = name === undefined ? undefined : TRIAL[name];
  return broken?.program === program ? { [broken.module]: at(`bench/broken/${name}.ts`) } : undefined;
}
