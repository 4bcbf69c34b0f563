/** Laws about what stands in a file: environment, routes, forbidden words, size and names. */
import { ENV_READERS, FOREIGN_ROUTES, IN_SYSTEM, MOST_LINES, NO_NAMES } from "./plan";
import { type Breach, codeOf, findAll, isTest, lineAt, type SourceFile } from "./source";

const isCode = (path: string) => /\.(ts|tsx|mjs)$/.test(path);
const isHouse = (path: string) => path.startsWith("lib/house");

function forbid(law: string, file: SourceFile, pattern: RegExp, detail: string): Breach[] {
  return findAll(file, pattern).map((line) => ({ law, path: file.path, line, detail }));
}

/** The environment is parsed once, in lib/platform/env.ts. */
export function environment(file: SourceFile): Breach[] {
  if (!isCode(file.path) || isTest(file.path) || isHouse(file.path) || ENV_READERS.some((one) => one.test(file.path))) return [];
  const pattern =
    /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[\s*["']env|\bimport\.meta\.env\b|\{[^}\n]*\benv\b[^}\n]*\}\s*=\s*process\b|\{[^}]*\benv\b[^}]*\}\s*from\s*["'](?:node:)?process["']/g;
  return forbid("env is parsed once", file, pattern, "process.env is read in lib/platform/env.ts only");
}

/** Seeing across organisations is for sign-in, webhook ingress and sweeps. */
export function acrossOrganisations(file: SourceFile): Breach[] {
  if (!isCode(file.path) || isTest(file.path) || isHouse(file.path)) return [];
  if (/^(sandbox|bench|scripts)\//.test(file.path) || IN_SYSTEM.some((one) => one.test(file.path))) return [];
  return forbid(
    "inSystem is for few",
    file,
    /\binSystem(?:Sql)?\b/g,
    "inSystem is not for this file; the list is IN_SYSTEM in lib/house/plan.ts",
  );
}

const METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS";
const METHOD = new RegExp(`\\b(?:${METHODS})\\b`);

/** Every handler of app/api is made by route(), webhook() or stream(), which ask for its door. */
export function declaredDoors(file: SourceFile): Breach[] {
  if (!/^app\/(?:.*\/)?route\.tsx?$/.test(file.path) || FOREIGN_ROUTES.includes(file.path)) return [];
  const law = "a route declares its door";
  const code = codeOf(file.source);
  const found: Breach[] = [];
  const note = (index: number, detail: string) => found.push({ law, path: file.path, line: lineAt(code, index), detail });
  for (const match of code.matchAll(new RegExp(`export\\s+const\\s+(${METHODS})\\b([^=]*)=\\s*([\\w.]+)`, "g"))) {
    if (!/^(route|webhook|stream)$/.test(match[3] ?? ""))
      note(match.index, `${match[1]} is made by ${match[3]}(), not by route(), webhook() or stream()`);
  }
  for (const match of code.matchAll(/export\s+const\s+\{([^}]*)\}\s*=\s*([\w.]+)/g)) {
    if (METHOD.test(match[1] ?? "") && !/^(route|webhook|stream)$/.test(match[2] ?? ""))
      note(match.index, `handlers are made by ${match[2]}`);
  }
  for (const match of code.matchAll(new RegExp(`export\\s+(?:default\\s+)?(?:async\\s+)?function\\s+(${METHODS})\\b`, "g"))) {
    note(match.index, `${match[1]} is a bare function`);
  }
  for (const match of code.matchAll(/export\s*\{([^}]*)\}\s*(?:from\s*["']([^"']+)["'])?/g)) {
    const another = /(^|\/)route$/.test(match[2] ?? ""); // the same door under a second address
    if (METHOD.test(match[1] ?? "") && !another)
      note(match.index, "a handler is handed on from elsewhere than another route file");
  }
  if (!METHOD.test(code)) note(0, "no handler is exported");
  return found;
}

/** No raw HTML, no server actions. */
export function noBackDoors(file: SourceFile): Breach[] {
  if (!isCode(file.path) || isHouse(file.path) || /^(sandbox|scripts|bench)\//.test(file.path)) return [];
  return [
    ...forbid("no raw HTML", file, /\bdangerouslySetInnerHTML\b/g, "React escapes; raw HTML is a way in for a stranger's script"),
    ...forbid("no server actions", file, /^\s*["']use server["']/gm, "every change from the browser goes through app/api"),
  ];
}

/** A file past the stop is two files. */
export function size(file: SourceFile): Breach[] {
  if (!/\.(ts|tsx|mjs|css)$/.test(file.path)) return [];
  const lines = file.source.replace(/\n$/, "").split("\n").length;
  return lines > MOST_LINES
    ? [{ law: "four hundred lines", path: file.path, line: lines, detail: `${lines} lines; split it` }]
    : [];
}

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
const NEXT_FOLDER = /^(?:\(.+\)|\[.+\]|@[a-z-]+|_[a-z-]+|\.[a-z]+)$/;

/** Files are kebab-case and have a name of their own. */
export function names(file: SourceFile): Breach[] {
  const parts = file.path.split("/");
  return parts.flatMap((part, i) => {
    const bare = part.replace(/(?:\.[a-z0-9-]+)+$/, "");
    const detail = NO_NAMES.test(bare)
      ? `"${bare}" is no name: what is in it has not been understood yet`
      : !KEBAB.test(part) && !(i < parts.length - 1 && NEXT_FOLDER.test(part)) && isCode(file.path)
        ? `"${part}" is not kebab-case`
        : undefined;
    return detail ? [{ law: "names", path: file.path, line: 1, detail }] : [];
  });
}

/** What is left undone stands in the tracker, not in the code. */
export function nothingLeft(file: SourceFile): Breach[] {
  if (!isCode(file.path) || isHouse(file.path)) return [];
  const found = [...file.source.matchAll(/\b(?:TODO|FIXME|XXX)\b/g)];
  return found.map((match) => ({
    law: "nothing left undone",
    path: file.path,
    line: lineAt(file.source, match.index),
    detail: match[0],
  }));
}

const SIDE = "(?:m[lr]|p[lr]|left|right|scroll-[mp][lr])-(?:\\d|\\[|px\\b|auto\\b|full\\b|\\()";
const EDGE =
  "(?:border-[lr]|rounded-(?:[lr]|tl|tr|bl|br)|text-(?:left|right)|float-(?:left|right)|clear-(?:left|right))(?![a-z])";
const PHYSICAL = new RegExp(`(?<=["'\`\\s:!])-?(?:${SIDE}|${EDGE})`, "g");

/** Scripts run both ways: start and end instead of left and right. */
export function bothWays(file: SourceFile): Breach[] {
  if (!/^(components|app)\/.*\.tsx?$/.test(file.path) || isTest(file.path)) return [];
  return forbid(
    "start and end, not left and right",
    file,
    PHYSICAL,
    "use the logical utility (ms-, pe-, start-, border-s, rounded-e, text-start …)",
  );
}
