import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { bundle, ENTRIES } from "../scripts/lib/bundle.mjs";
import { at } from "../scripts/lib/paths.mjs";
import * as answerBeforeCommit from "./broken/answer-before-commit";
import * as blindRetry from "./broken/blind-retry";
import * as guessTenant from "./broken/guess-tenant";
import * as lastWriteStatus from "./broken/last-write-status";
import * as memoryDedupe from "./broken/memory-dedupe";
import { aliasFor, TRIAL } from "./broken/table";

// the types hold the broken modules to what the product imports today; the names are compared below
const MODULES: Record<string, object> = {
  "answer-before-commit": answerBeforeCommit satisfies typeof import("@/lib/webhooks/intake/group-commit"),
  "memory-dedupe": memoryDedupe satisfies typeof import("@/lib/webhooks/intake/group-commit"),
  "blind-retry": blindRetry satisfies typeof import("@/lib/providers/meta/graph"),
  "last-write-status": lastWriteStatus satisfies typeof import("@/lib/messages/apply-receipts"),
  "guess-tenant": guessTenant satisfies typeof import("@/lib/platform/sql"),
};
const fileOf = (module: string) => `${module.replace(/^@\//, "")}.ts`;

test("every broken build of the trial is looked at here", () => {
  expect(Object.keys(MODULES).sort()).toEqual(Object.keys(TRIAL).sort());
});

describe.each(Object.entries(TRIAL))("%s", (name, { module, program }) => {
  test("replaces one module of the product by one that gives the same names", async () => {
    expect(fs.existsSync(at(fileOf(module)))).toBe(true);
    const sound = (await import(at(fileOf(module)))) as object;
    expect(Object.keys(MODULES[name] ?? {}).sort()).toEqual(Object.keys(sound).sort());
  });

  test("is what its program is built with: nobody reaches the sound module but the broken one", async () => {
    expect(aliasFor(name, program === "worker" ? "receiver" : "worker")).toBeUndefined();
    const alias = aliasFor(name, program) ?? {};
    const { metafile } = await bundle(ENTRIES[program], "unused.mjs", { alias, write: false });
    const importers = (file: string) =>
      Object.entries(metafile?.inputs ?? {}).flatMap(([by, { imports }]) => (imports.some((i) => i.path === file) ? [by] : []));
    expect(importers(fileOf(module))).toEqual([`bench/broken/${name}.ts`]);
    expect(importers(`bench/broken/${name}.ts`).length).toBeGreaterThan(0);
  });
});
