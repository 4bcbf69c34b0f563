/** Laws about files without effects: what the browser gets, and models, views and the kernel. */
import { BROWSER_PACKAGES, BUILD_ORDER, PURE_PACKAGES, SERVER_ONLY_PARTS } from "./plan";
import { type Breach, type Import, importsOf, isTest, packageOf, roomOf, type SourceFile } from "./source";

const isRoom = (name: string | undefined) => name !== undefined && (BUILD_ORDER as readonly string[]).includes(name);
const PURE_NAME = /^lib\/[^/]+\/(?:[^/]+\/)?(?:model|views)$/;
const isPureTarget = (target: string) => target.startsWith("lib/kernel/") || (PURE_NAME.test(target) && isRoom(roomOf(target)));

/** True for a file that says "use client" before anything else. */
export const isIsland = (source: string): boolean => /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*["']use client["']/.test(source);

function browserFault({ specifier, target }: Import, island: boolean): string | undefined {
  if (target !== undefined) {
    if (target.startsWith("components/") || isPureTarget(target)) return undefined;
    if (/\.(css|svg|png|json)$/.test(target)) return undefined;
    if (/^lib\/web\/i18n\/(config|catalogue)$/.test(target)) return undefined;
    return `${target} is not for the browser: only model, views, kernel and components are`;
  }
  if (specifier.startsWith("node:")) return `${specifier} does not exist in the browser`;
  if (SERVER_ONLY_PARTS.some((part) => specifier === part || specifier.startsWith(`${part}/`))) {
    return island ? `${specifier} runs on the server only` : undefined;
  }
  const known = BROWSER_PACKAGES.some((name) => specifier === name || packageOf(specifier) === name);
  return known ? undefined : `${packageOf(specifier)} is not on the list of browser packages`;
}

/** Components and every "use client" file import only what may run in a browser. */
export function browserPure(file: SourceFile): Breach[] {
  const island = isIsland(file.source);
  if (isTest(file.path) || !(island || file.path.startsWith("components/"))) return [];
  return importsOf(file).flatMap((one) => {
    const detail = browserFault(one, island);
    return detail ? [{ law: "the browser gets pure files only", path: file.path, line: one.line, detail }] : [];
  });
}

/**
 * Models, views and the kernel think only: nothing they reach inside their room has an effect either.
 * @param files the whole house, since a model may lean on a file beside it
 */
export function pureFiles(files: readonly SourceFile[]): Breach[] {
  const byName = new Map(files.map((file) => [file.path.replace(/\.tsx?$/, ""), file]));
  const isRoot = ({ path }: SourceFile) =>
    !isTest(path) && /^lib\/.*\.tsx?$/.test(path) && isPureTarget(path.replace(/\.tsx?$/, ""));
  const waiting = files.filter(isRoot);
  const seen = new Set(waiting);
  const found: Breach[] = [];
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    for (const one of importsOf(file)) {
      const beside = one.target !== undefined && roomOf(one.target) === roomOf(file.path) ? byName.get(one.target) : undefined;
      if (beside) {
        if (!seen.has(beside)) waiting.push(beside);
        seen.add(beside);
        continue;
      }
      const pure = one.target === undefined ? PURE_PACKAGES.includes(packageOf(one.specifier)) : isPureTarget(one.target);
      const detail = `${one.specifier} in a file that must stay without effects (model, views, kernel, or used by one)`;
      if (!pure) found.push({ law: "models and views are pure", path: file.path, line: one.line, detail });
    }
  }
  return found;
}
