/** Each law is given a break it must find and a good file it must leave alone. */
import { describe, expect, it } from "vitest";
import { receiverContents, receiverPackages } from "./bundle-rule";
import { buildOrder, holders, scaffolding, subRooms, throughTheDoor, workersBelow } from "./doors";
import { acrossOrganisations, bothWays, declaredDoors, environment, names, noBackDoors, nothingLeft, size } from "./manners";
import { browserPure, isIsland, pureFiles } from "./purity";
import { type Breach, importsOf, isExcused, type SourceFile } from "./source";

type Rule = (file: SourceFile) => Breach[];
const file = (path: string, source: string): SourceFile => ({ path, source });
const uses = (path: string, ...specifiers: string[]) =>
  file(path, specifiers.map((one) => `import { x } from "${one}";\n`).join(""));

const finds = (rule: Rule, broken: SourceFile, lines = [1]) => expect(rule(broken).map(({ line }) => line)).toEqual(lines);
const leaves = (rule: Rule, good: SourceFile) => expect(rule(good)).toEqual([]);

describe("reading a file", () => {
  it("finds every form of import, with its line", () => {
    const source = [
      'import a from "./a";',
      "import {",
      "  b,",
      "  type C,",
      '} from "@/lib/inbox";',
      'import "@/app/globals.css";',
      'export * from "./d";',
      'export { e } from "../identity/store";',
      'const f = await import("pg");',
      'import type { G } from "@prisma/client";',
      '// import { no } from "comment";',
      ' * import { no } from "comment";',
      'const text = "Message from Bob";',
    ].join("\n");
    const found = importsOf(file("lib/messages/x.ts", source));
    expect(found.map(({ specifier, target, line }) => [specifier, target, line])).toEqual([
      ["./a", "lib/messages/a", 1],
      ["@/lib/inbox", "lib/inbox", 5],
      ["@/app/globals.css", "app/globals.css", 6],
      ["./d", "lib/messages/d", 7],
      ["../identity/store", "lib/identity/store", 8],
      ["pg", undefined, 9],
      ["@prisma/client", undefined, 10],
    ]);
  });

  it("accepts an excuse only with its reason", () => {
    expect(isExcused(file("a.ts", 'import "x"; // house: until the room is split'), 1)).toBe(true);
    expect(isExcused(file("a.ts", '// house: until the room is split\nimport "x";'), 2)).toBe(true);
    expect(isExcused(file("a.ts", 'import "x"; // house: no'), 1)).toBe(false);
  });
});

describe("who may import whom", () => {
  it("build order", () => {
    finds(buildOrder, uses("lib/messages/send.ts", "@/lib/inbox"));
    finds(buildOrder, uses("lib/messages/send.ts", "../inbox/model"));
    finds(buildOrder, uses("lib/messages/send.ts", "@/lib/web/route"));
    finds(buildOrder, uses("lib/messages/send.ts", "@/lib/testing/factory"));
    finds(buildOrder, uses("lib/messages/send.ts", "@/app/page", "@/workers/index"), [1, 2]);
    finds(buildOrder, uses("lib/kernel/ids.ts", "@/lib/platform/db"));
    finds(buildOrder, uses("lib/platform/db.ts", "@/lib/identity"));
    finds(buildOrder, uses("lib/providers/meta/send.ts", "@/lib/messages/views"));
    finds(buildOrder, uses("lib/gossip/index.ts", "zod"));
    leaves(buildOrder, uses("lib/inbox/reply.ts", "@/lib/messages", "@/lib/kernel/ids", "@/lib/providers/ports", "./store"));
    leaves(buildOrder, uses("lib/web/route.ts", "@/lib/identity"));
    leaves(buildOrder, uses("lib/messages/send.db.test.ts", "@/lib/inbox", "@/lib/testing/factory"));
  });

  it("enter by the door", () => {
    finds(throughTheDoor, uses("lib/inbox/reply.ts", "@/lib/messages/store"));
    finds(throughTheDoor, uses("app/api/x/route.ts", "@/lib/identity/sign-in"));
    finds(throughTheDoor, uses("workers/messages.ts", "../lib/messages/jobs"));
    leaves(
      throughTheDoor,
      uses("app/api/x/route.ts", "@/lib/identity", "@/lib/inbox/model", "@/lib/inbox/views", "@/lib/platform/db"),
    );
    leaves(throughTheDoor, uses("workers/receiver.ts", "@/lib/webhooks/intake", "@/lib/webhooks/intake/index"));
    leaves(throughTheDoor, uses("lib/messages/send.ts", "./store", "@/lib/messages/jobs"));
    leaves(throughTheDoor, uses("lib/testing/factory.ts", "@/lib/inbox/store"));
    finds(throughTheDoor, uses("workers/receiver.ts", "@/lib/webhooks/intake/group-commit"));
    finds(subRooms, uses("lib/webhooks/split.ts", "./intake/group-commit"));
    leaves(subRooms, uses("lib/webhooks/split.ts", "./intake", "./intake/model"));
    leaves(subRooms, uses("lib/webhooks/intake/index.ts", "./group-commit"));
  });

  it("who holds the drivers", () => {
    for (const driver of ["@prisma/client", "@/prisma/generated/client", "pg", "ioredis", "bullmq"]) {
      finds(holders, uses("lib/inbox/store.ts", driver));
      finds(holders, uses("workers/index.ts", driver));
      leaves(holders, uses("lib/platform/db.ts", driver));
    }
    finds(holders, uses("lib/inbox/store.ts", "../../prisma/generated/client"));
    leaves(holders, uses("lib/inbox/store.ts", "pgvector-not-ours", "@/lib/platform/db"));
  });

  it("the product stands without its scaffolding", () => {
    finds(scaffolding, uses("lib/inbox/store.ts", "@/sandbox/world"));
    finds(scaffolding, uses("app/page.tsx", "@/lib/testing/factory"));
    finds(scaffolding, uses("lib/inbox/index.ts", "server-only"));
    finds(scaffolding, uses("sandbox/index.ts", "@/lib/kernel/ids"));
    leaves(scaffolding, uses("sandbox/index.ts", "./world", "node:http"));
    leaves(scaffolding, uses("lib/inbox/x.db.test.ts", "@/lib/testing/factory", "@/sandbox/index"));
  });

  it("workers know no pages", () => {
    finds(workersBelow, uses("workers/inbox.ts", "@/lib/web/route"));
    finds(workersBelow, uses("workers/inbox.ts", "@/components/ui/button"));
    leaves(workersBelow, uses("workers/inbox.ts", "@/lib/inbox", "@/lib/platform/jobs"));
  });
});

describe("files without effects", () => {
  it("knows an island", () => {
    expect(isIsland('// a word\n"use client";\n')).toBe(true);
    expect(isIsland('/** a\n * word */\n"use client";')).toBe(true);
    expect(isIsland('import "x";\n"use client";')).toBe(false);
  });

  it("the browser gets pure files only", () => {
    finds(browserPure, uses("components/inbox/list.tsx", "@/lib/inbox"));
    finds(browserPure, uses("components/inbox/list.tsx", "@/lib/inbox/store"));
    finds(browserPure, uses("components/inbox/list.tsx", "@/lib/platform/log"));
    finds(browserPure, uses("components/inbox/list.tsx", "node:path"));
    finds(browserPure, uses("components/inbox/list.tsx", "lodash"));
    finds(browserPure, file("app/x/island.tsx", '"use client";\nimport { y } from "@/lib/identity";\n'), [2]);
    finds(browserPure, file("components/x.tsx", '"use client";\nimport { y } from "next-intl/server";\n'), [2]);
    leaves(
      browserPure,
      uses("components/inbox/list.tsx", "@/lib/inbox/views", "@/lib/inbox/model", "@/lib/kernel/time", "react", "next/link"),
    );
    leaves(
      browserPure,
      uses("components/inbox/list.tsx", "@tanstack/react-query", "@/components/ui/button", "./row", "next-intl/server"),
    );
    leaves(browserPure, uses("app/page.tsx", "@/lib/identity"));
  });

  it("models and views are pure, and so is what they lean on", () => {
    const found = (...files: SourceFile[]) => pureFiles(files).map(({ path, line }) => `${path}:${line}`);
    expect(found(uses("lib/inbox/model.ts", "node:crypto"))).toEqual(["lib/inbox/model.ts:1"]);
    expect(found(uses("lib/inbox/views.ts", "@/lib/platform/log"))).toEqual(["lib/inbox/views.ts:1"]);
    expect(found(uses("lib/inbox/model.ts", "@/lib/messages"))).toEqual(["lib/inbox/model.ts:1"]);
    expect(found(uses("lib/inbox/model.ts", "undici"))).toEqual(["lib/inbox/model.ts:1"]);
    expect(found(uses("lib/kernel/ids.ts", "node:crypto"))).toEqual(["lib/kernel/ids.ts:1"]);
    expect(found(uses("lib/inbox/model.ts", "./window"), uses("lib/inbox/window.ts", "node:fs"))).toEqual([
      "lib/inbox/window.ts:1",
    ]);
    expect(
      found(
        uses("lib/inbox/model.ts", "./window", "zod", "@/lib/messages/model"),
        uses("lib/inbox/window.ts", "@/lib/kernel/time"),
      ),
    ).toEqual([]);
    expect(found(uses("lib/inbox/store.ts", "node:crypto"), uses("lib/inbox/model.test.ts", "node:fs"))).toEqual([]);
  });
});

describe("manners", () => {
  it("the environment is parsed once", () => {
    const forms = ["process.env.X", "process?.env", 'process["env"]', "import.meta.env.X", "const { env } = process"];
    for (const form of [...forms, 'import { env } from "node:process"']) finds(environment, file("lib/inbox/store.ts", form));
    finds(environment, file("app/page.tsx", "\nprocess.env.NODE_ENV"), [2]);
    for (const path of [
      "lib/platform/env.ts",
      "next.config.mjs",
      "scripts/demo.mjs",
      "sandbox/index.ts",
      "lib/x.test.ts",
      "playwright.config.ts",
    ]) {
      leaves(environment, file(path, "process.env.X"));
    }
    leaves(environment, file("lib/inbox/store.ts", "// process.env is elsewhere\nenv().PORT"));
  });

  it("inSystem is for few", () => {
    const source = 'import { inSystem } from "@/lib/platform/db";\nawait inSystem("why", work);';
    finds(acrossOrganisations, file("lib/inbox/list.ts", source), [1, 2]);
    finds(acrossOrganisations, file("app/api/x/route.ts", source), [1, 2]);
    for (const path of [
      "lib/identity/sign-in.ts",
      "lib/webhooks/split.ts",
      "lib/messages/sweep-outbox.ts",
      "workers/sweeps.ts",
    ]) {
      leaves(acrossOrganisations, file(path, source));
    }
  });

  it("a route declares its door", () => {
    const at = "app/api/x/route.ts";
    finds(declaredDoors, file(at, "export async function GET() {}"));
    finds(declaredDoors, file(at, "export const POST = async () => Response.json({});"));
    finds(declaredDoors, file(at, "export const POST = wrapped({ access: 1 }, h);"));
    finds(declaredDoors, file(at, "const h = 1;\nexport { h as GET };"), [2]);
    finds(declaredDoors, file(at, 'export { GET } from "@/lib/inbox";'));
    finds(declaredDoors, file(at, "export const dynamic = 1;"));
    leaves(
      declaredDoors,
      file(at, 'export const GET = route({ access: "session" }, h);\nexport const dynamic = "force-dynamic";'),
    );
    leaves(declaredDoors, file(at, "export const GET: Handler = stream({}, h);\nexport const POST = webhook({});"));
    leaves(declaredDoors, file(at, "export const { GET, POST } = webhook(meta);"));
    leaves(declaredDoors, file(at, 'export { GET, POST } from "../whatsapp/route";'));
    leaves(declaredDoors, file("app/api/auth/[...nextauth]/route.ts", "export { h as GET, h as POST };"));
  });

  it("no back doors", () => {
    finds(noBackDoors, file("components/x.tsx", "<p dangerouslySetInnerHTML={{ __html: x }} />"));
    finds(noBackDoors, file("app/actions.ts", '"use server";'));
    finds(noBackDoors, file("app/page.tsx", 'async function save() {\n  "use server";\n}'), [2]);
    leaves(noBackDoors, file("app/page.tsx", '"use client";'));
  });

  it("four hundred lines", () => {
    finds(size, file("lib/inbox/store.ts", "x\n".repeat(401)), [401]);
    leaves(size, file("lib/inbox/store.ts", "x\n".repeat(400)));
  });

  it("names", () => {
    for (const path of ["lib/inbox/utils.ts", "lib/helpers/x.ts", "components/shared/x.tsx", "lib/inbox/util.test.ts"])
      finds(names, file(path, ""));
    finds(names, file("components/inbox/ThreadRow.tsx", ""));
    finds(names, file("lib/inbox/send_reply.ts", ""));
    leaves(names, file("app/(workspace)/inbox/[conversationId]/page.tsx", ""));
    leaves(names, file("app/api/auth/[...nextauth]/route.ts", ""));
    leaves(names, file("lib/inbox/send-reply.db.test.ts", ""));
  });

  it("nothing left undone", () => {
    finds(nothingLeft, file("lib/inbox/store.ts", `\n// ${"TO"}DO later`), [2]);
    leaves(nothingLeft, file("lib/inbox/store.ts", "const todos = 1;"));
  });

  it("start and end, not left and right", () => {
    const broken = [
      "ml-2",
      "-mr-1",
      "md:pl-4",
      "left-0",
      "right-[3px]",
      "text-left",
      "border-l",
      "rounded-tr-md",
      "scroll-ml-2",
      "!pr-1",
    ];
    for (const one of broken) finds(bothWays, file("components/x.tsx", `<p className="flex ${one}" />`));
    const good = [
      "ms-2",
      "pe-1",
      "start-0",
      "text-start",
      "border-s",
      "rounded-e-md",
      "items-left",
      "border-line",
      "rounded-lg",
      "mr",
      "plus-left",
    ];
    for (const one of good) leaves(bothWays, file("components/x.tsx", `<p className="flex ${one}" side="left" />`));
  });
});

describe("the receiver's bundle", () => {
  it("finds what does not belong", () => {
    const good = [
      "workers/receiver.ts",
      "lib/kernel/ids.ts",
      "lib/webhooks/intake/index.ts",
      "lib/platform/env.ts",
      "lib/platform/crypto/codec.ts",
    ];
    expect(receiverContents([...good, "node_modules/pg/lib/index.js"])).toEqual([]);
    expect(receiverContents([...good, "lib/webhooks/split.ts", "lib/platform/db.ts"]).map(({ path }) => path)).toEqual([
      "lib/webhooks/split.ts",
      "lib/platform/db.ts",
    ]);
    expect(receiverPackages([{ from: "lib/platform/sql.ts", package: "pg" }])).toEqual([]);
    expect(receiverPackages([{ from: "lib/platform/sql.ts", package: "@prisma/client" }])).toHaveLength(1);
  });
});
