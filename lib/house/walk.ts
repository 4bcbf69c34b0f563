/** Reads the house from disk. */
import fs from "node:fs";
import path from "node:path";
import type { SourceFile } from "./source";

const LEFT_OUT = new Set([
  "node_modules",
  ".git",
  ".next",
  ".data",
  "dist",
  "generated",
  "test-results",
  "playwright-report",
  "coverage",
  "deploy",
  "docs",
]);
const READ = /\.(ts|tsx|mjs|css)$/;

/** Every source file below a folder, with its text. */
export function readHouse(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  const enter = (folder: string) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = folder ? `${folder}/${entry.name}` : entry.name;
      if (LEFT_OUT.has(entry.name)) continue;
      if (entry.isDirectory()) enter(name);
      else if (READ.test(entry.name) && entry.name !== "next-env.d.ts")
        files.push({ path: name, source: fs.readFileSync(path.join(root, name), "utf8") });
    }
  };
  enter("");
  return files;
}
