/** Reading source text as the laws need it: imports, code without comments, places. */
import path from "node:path";

export interface SourceFile {
  /** From the root, with "/". */
  path: string;
  source: string;
}

export interface Breach {
  law: string;
  path: string;
  line: number;
  detail: string;
}

export interface Import {
  /** As written. */
  specifier: string;
  /** From the root without ending, for a file of ours; undefined for a package. */
  target: string | undefined;
  line: number;
}

const FORMS = [
  /^[ \t]*import\s+(?:type\s+)?[\w$*{][\w$\s{},*]*?\sfrom\s*["']([^"'\n]+)["']/gm,
  /^[ \t]*import\s+(?:type\s+)?\{[^}]*\}\s*from\s*["']([^"'\n]+)["']/gm,
  /^[ \t]*import\s*["']([^"'\n]+)["']/gm,
  /^[ \t]*export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["']([^"'\n]+)["']/gm,
  /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g,
  /\brequire\(\s*["']([^"'\n]+)["']\s*\)/g,
];

/** The text with whole-line comments emptied; lines keep their numbers. */
export const codeOf = (source: string): string => source.replace(/^[ \t]*(?:\/\/|\/\*|\*).*$/gm, "");

export const lineAt = (source: string, index: number): number => source.slice(0, index).split("\n").length;

function targetOf(from: string, specifier: string): string | undefined {
  const bare = specifier.replace(/\.(ts|tsx|mjs|js)$/, "");
  if (bare.startsWith("@/")) return bare.slice(2);
  if (!bare.startsWith(".")) return undefined;
  return path.posix.normalize(path.posix.join(path.posix.dirname(from), bare));
}

/** Every module a file names, each once, in the order of lines. */
export function importsOf(file: SourceFile): Import[] {
  const code = codeOf(file.source);
  const found = new Map<number, Import>();
  for (const form of FORMS) {
    for (const match of code.matchAll(form)) {
      const specifier = match[1] as string;
      const at = match.index + match[0].lastIndexOf(specifier);
      found.set(at, { specifier, target: targetOf(file.path, specifier), line: lineAt(code, at) });
    }
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, one]) => one);
}

export const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file) || file.startsWith("e2e/");

/** The name of a package in a specifier: "@scope/name" or "name". */
export const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/** The room (or tool room) of lib a path lies in. */
export const roomOf = (file: string): string | undefined => /^lib\/([^/]+)/.exec(file)?.[1];

/** Places where a pattern stands in the code, comments aside. */
export function findAll(file: SourceFile, pattern: RegExp): number[] {
  const code = codeOf(file.source);
  return [...code.matchAll(pattern)].map((match) => lineAt(code, match.index + match[0].length - 1));
}

/** True where a line, or the one above it, says `// house: ` and why. */
export function isExcused(file: SourceFile, line: number): boolean {
  const lines = file.source.split("\n");
  return [lines[line - 1], lines[line - 2]].some((text) => /\/\/ house: \S.{8,}/.test(text ?? ""));
}
