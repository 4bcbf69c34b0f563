/** The laws of the house, proved on every file. The plan they refer to is lib/house/plan.ts; each law is itself tested beside it. */
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { receiverContents, receiverPackages } from "./house/bundle-rule";
import { buildOrder, holders, scaffolding, subRooms, throughTheDoor, workersBelow } from "./house/doors";
import {
  acrossOrganisations,
  bothWays,
  declaredDoors,
  environment,
  names,
  noBackDoors,
  nothingLeft,
  size,
} from "./house/manners";
import { RECEIVER } from "./house/plan";
import { browserPure, pureFiles } from "./house/purity";
import { type Breach, isExcused, packageOf, type SourceFile } from "./house/source";
import { readHouse } from "./house/walk";

const root = path.resolve(import.meta.dirname, "..");
const house = readHouse(root);
const byPath = new Map(house.map((file) => [file.path, file]));

const each = (rule: (file: SourceFile) => Breach[]) => house.flatMap(rule);
const tell = ({ law, path: file, line, detail }: Breach) => `${law}: ${file}:${line}: ${detail}`;

/** A broken rule may be excused in the open, once; two excuses for one law mean the law is at fault. */
function judge(breaches: Breach[]) {
  const excused = breaches.filter(({ path: file, line }) => {
    const source = byPath.get(file);
    return source !== undefined && isExcused(source, line);
  });
  expect(breaches.filter((one) => !excused.includes(one)).map(tell)).toEqual([]);
  expect(excused.length > 1 ? excused.map((one) => `excused more than once: ${tell(one)}`) : []).toEqual([]);
}

describe("the house", () => {
  it("is there", () => expect(house.length).toBeGreaterThan(50));
  it("a room enters only rooms built before it", () => judge(each(buildOrder)));
  it("rooms are entered by the door", () => judge([...each(throughTheDoor), ...each(subRooms)]));
  it("lib/platform alone holds Prisma, pg, Redis and BullMQ", () => judge(each(holders)));
  it("the product stands without its scaffolding", () => judge(each(scaffolding)));
  it("workers know no pages", () => judge(each(workersBelow)));
  it("the browser gets pure files only", () => judge(each(browserPure)));
  it("models, views and the kernel are pure", () => judge(pureFiles(house)));
  it("the environment is parsed once", () => judge(each(environment)));
  it("only sign-in, ingress and sweeps see across organisations", () => judge(each(acrossOrganisations)));
  it("every route declares its door", () => judge(each(declaredDoors)));
  it("no raw HTML, no server actions", () => judge(each(noBackDoors)));
  it("no file is longer than the stop", () => judge(each(size)));
  it("files have names of their own, in kebab-case", () => judge(each(names)));
  it("nothing is left undone in the code", () => judge(each(nothingLeft)));
  it("components know start and end, not left and right", () => judge(each(bothWays)));
});

describe("the receiver", () => {
  it.runIf(fs.existsSync(path.join(root, RECEIVER.entry)))("is made of the listed files and packages only", async () => {
    const options = { bundle: true, platform: "node", format: "esm", target: "node20", packages: "external" } as const;
    const made = await build({
      ...options,
      absWorkingDir: root,
      entryPoints: [RECEIVER.entry],
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const inputs = Object.entries(made.metafile.inputs);
    judge(receiverContents(inputs.map(([name]) => name)));
    const outside = inputs.flatMap(([from, { imports }]) =>
      imports
        .filter((one) => one.external && !one.path.startsWith("node:"))
        .map((one) => ({ from, package: packageOf(one.path) })),
    );
    judge(receiverPackages(outside));
  });
});
