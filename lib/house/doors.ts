/** Laws about who may import whom. Pure: a file in, breaches out. */
import { BEHIND_DOORS, BUILD_ORDER, HOLDERS, SUB_DOORS, TOOLS } from "./plan";
import { type Breach, type Import, importsOf, isTest, packageOf, roomOf, type SourceFile } from "./source";

const order = (room: string): number => (BUILD_ORDER as readonly string[]).indexOf(room);
const PRODUCT = /^(app|components|lib|workers)\/|^(proxy|instrumentation|instrumentation-client)\.ts$/;
const inProduct = (file: string) => PRODUCT.test(file) && !isTest(file) && !file.startsWith("lib/house");

function breaches(law: string, file: SourceFile, judge: (one: Import) => string | undefined): Breach[] {
  return importsOf(file).flatMap((one) => {
    const detail = judge(one);
    return detail ? [{ law, path: file.path, line: one.line, detail }] : [];
  });
}

/** A room enters only rooms built before it; tool rooms only those below them. */
export function buildOrder(file: SourceFile): Breach[] {
  const room = roomOf(file.path);
  if (!room || !file.path.startsWith(`lib/${room}/`) || !inProduct(file.path)) return [];
  const law = "build order";
  const tools = TOOLS[room];
  if (!tools && order(room) < 0) return [{ law, path: file.path, line: 1, detail: `"${room}" is no room of the build order` }];
  return breaches(law, file, ({ target }) => {
    if (!target) return undefined;
    if (/^(app|components|workers|sandbox|bench|scripts|e2e)\//.test(target)) return `lib does not know ${target}`;
    const other = roomOf(target);
    if (!other || other === room) return undefined;
    const isTool = other in TOOLS;
    if (tools) return tools.includes(isTool ? other : "rooms") ? undefined : `${room} lies below ${other}`;
    if (isTool) return other === "web" || other === "testing" ? `a room does not know lib/${other}` : undefined;
    return order(other) >= 0 && order(other) < order(room) ? undefined : `${other} is built after ${room}`;
  });
}

/** From outside, a room is entered by `index`, `model` or `views`, or by the door of a listed sub-room. */
export function throughTheDoor(file: SourceFile): Breach[] {
  if (isTest(file.path) || BEHIND_DOORS.some((one) => one.test(file.path))) return [];
  return breaches("enter by the door", file, ({ target }) => {
    const room = target && roomOf(target);
    if (!target || !room || order(room) < 0 || file.path.startsWith(`lib/${room}/`)) return undefined;
    const doors = [`lib/${room}`, `lib/${room}/index`, `lib/${room}/model`, `lib/${room}/views`];
    if (doors.includes(target) || SUB_DOORS.some((door) => target === door || target === `${door}/index`)) return undefined;
    return `${target} lies behind the door of ${room}`;
  });
}

/** Inside a room, its sub-rooms with a door are entered by that door too. */
export function subRooms(file: SourceFile): Breach[] {
  if (isTest(file.path)) return [];
  return breaches("enter by the door", file, ({ target }) => {
    const door = SUB_DOORS.find((one) => target?.startsWith(`${one}/`));
    if (!door || !target || file.path.startsWith(`${door}/`)) return undefined;
    if (!file.path.startsWith(`lib/${roomOf(door)}/`)) return undefined; // judged by throughTheDoor
    return [`${door}/index`, `${door}/model`].includes(target) ? undefined : `${target} lies behind the door of ${door}`;
  });
}

/** Prisma, pg, Redis and BullMQ are held by lib/platform alone. */
export function holders(file: SourceFile): Breach[] {
  if (!inProduct(file.path)) return [];
  return breaches("who holds the drivers", file, ({ specifier, target }) => {
    const names = [specifier, packageOf(specifier), target ?? ""];
    const held = HOLDERS.find(({ packages, paths }) => names.some((name) => packages.test(name)) && !paths.test(file.path));
    return held && `${held.what} is held by lib/platform only`;
  });
}

/** The product never leans on its scaffolding; the sandbox never leans on the product. */
export function scaffolding(file: SourceFile): Breach[] {
  const law = "the product stands without its scaffolding";
  if (file.path.startsWith("sandbox/") && !isTest(file.path)) {
    return breaches(law, file, ({ target }) =>
      target && /^(lib|app|components|workers|prisma)\//.test(target)
        ? "the sandbox imitates the outside world and knows nothing of ours"
        : undefined,
    );
  }
  if (!inProduct(file.path)) return [];
  return breaches(law, file, ({ specifier, target }) => {
    if (specifier === "server-only") return "the worker runs the same file in plain Node, where server-only throws";
    if (target && /^(sandbox|bench|scripts|e2e)\//.test(target)) return `${target} is not part of the product`;
    if (target?.startsWith("lib/testing") && !file.path.startsWith("lib/testing/")) return "factories are for tests and seeds";
    return undefined;
  });
}

/** Workers wire doors together; they know neither pages nor HTTP manners. */
export function workersBelow(file: SourceFile): Breach[] {
  if (!file.path.startsWith("workers/") || isTest(file.path)) return [];
  return breaches("workers know no pages", file, ({ target }) =>
    target && /^(app|components|lib\/web)(\/|$)/.test(target) ? `a worker does not know ${target}` : undefined,
  );
}
