/** The three languages say the same things: same keys, same arguments, nothing missing in the code, nothing left over. */
import fs from "node:fs";
import path from "node:path";
import { createTranslator } from "next-intl";
import { describe, expect, it } from "vitest";
import { ROOMS } from "@/lib/web/i18n/catalogue";
import { LOCALES, type Locale } from "@/lib/web/i18n/config";

const root = path.resolve(import.meta.dirname, "../../..");
const EVERY_ROOM = [...ROOMS, "fatal"] as const;
type Flat = ReadonlyMap<string, string>;

function flatten(value: unknown, prefix = ""): [string, string][] {
  if (typeof value === "string") return [[prefix, value]];
  if (typeof value !== "object" || value === null) throw new Error(`${prefix} is not a text`);
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key));
}

const read = (locale: Locale, room: string): unknown =>
  JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "locales", locale, `${room}.json`), "utf8"));
const load = (locale: Locale): Flat => new Map(EVERY_ROOM.flatMap((room) => flatten(read(locale, room), room)));
const words = Object.fromEntries(LOCALES.map((locale) => [locale, load(locale)])) as Record<Locale, Flat>;
const en = words.en;

/** End of the brace that opens at `from`. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  throw new Error(`open brace in: ${text}`);
}

interface Argument {
  name: string;
  type: string;
  cases: string[];
}

/** The arguments of an ICU message, those inside plural cases too. */
function argumentsOf(text: string): Argument[] {
  const out: Argument[] = [];
  for (let i = text.indexOf("{"); i !== -1; i = text.indexOf("{", i)) {
    const end = closing(text, i);
    const inner = text.slice(i + 1, end);
    const [name = "", type = "text"] = inner.split(",", 2).map((part) => part.trim());
    const cases: string[] = [];
    if (type === "plural" || type === "select") {
      const body = inner.slice(inner.indexOf(",", inner.indexOf(",") + 1) + 1);
      for (let at = body.indexOf("{"); at !== -1; at = body.indexOf("{", at)) {
        const stop = closing(body, at);
        cases.push(body.slice(0, at).trim().split(/\s+/).pop() ?? "");
        out.push(...argumentsOf(body.slice(at + 1, stop)));
        at = stop + 1;
      }
    }
    out.push({ name, type, cases });
    i = end + 1;
  }
  return out;
}

const shape = (text: string) => [...new Set(argumentsOf(text).map(({ name, type }) => `${name}:${type}`))].sort();

describe.each(LOCALES)("%s", (locale) => {
  it("has the keys of English, no more and no fewer", () =>
    expect([...words[locale].keys()].sort()).toEqual([...en.keys()].sort()));
  it("takes the same arguments", () => {
    for (const [key, text] of words[locale]) expect([key, shape(text)]).toEqual([key, shape(en.get(key) ?? "")]);
  });
  it("has no empty text and no exclamation mark", () => {
    for (const [key, text] of words[locale])
      expect([key, text.trim() === text && text !== "" && !text.includes("!")]).toEqual([key, true]);
  });
  it("covers the plural forms its numbers need", () => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    for (const [key, text] of words[locale])
      for (const { type, cases } of argumentsOf(text)) {
        const inflected = type === "plural" && cases.includes("one");
        if (inflected) expect([key, needed.filter((form) => !cases.includes(form))]).toEqual([key, []]);
        if (type === "plural") expect(cases).toContain("other");
      }
  });
  it("is well-formed ICU throughout", () => {
    const faults: string[] = [];
    const messages = Object.fromEntries(EVERY_ROOM.map((room) => [room, read(locale, room)]));
    const t = createTranslator({ locale, messages: messages as never, onError: (error) => faults.push(error.message) });
    for (const [key, text] of words[locale]) {
      const values = Object.fromEntries(argumentsOf(text).map(({ name, type }) => [name, type === "text" ? "x" : 2]));
      (t as unknown as (key: string, values: object) => string)(key, values);
    }
    expect(faults).toEqual([]);
  });
});

function sources(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inner = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "api" ? [] : sources(inner);
    return /(?<!\.test)\.tsx?$/.test(entry.name) ? [fs.readFileSync(path.join(root, inner), "utf8")] : [];
  });
}

/** Every key the code asks for; a key built at run time counts as its fixed beginning followed by a star. */
function asked(): string[] {
  const out: string[] = [];
  for (const source of [...sources("components"), ...sources("app")]) {
    const rooms = new Map<string, Set<string>>();
    for (const [, name = "", room = ""] of source.matchAll(/const (\w+) = (?:await )?(?:use|get)Translations\("(\w+)"\)/g))
      rooms.set(name, (rooms.get(name) ?? new Set()).add(room));
    for (const [, room = "", key = ""] of source.matchAll(/\(await getTranslations\("(\w+)"\)\)\("([\w.]+)"/g))
      out.push(`${room}.${key}`);
    for (const [name, inside] of rooms) {
      const add = (key: string) => {
        const homes = [...inside].filter((room) => (key.endsWith("*") ? true : en.has(`${room}.${key}`)));
        out.push(...(homes.length > 0 ? homes : [...inside]).map((room) => `${room}.${key}`));
      };
      for (const [, key = ""] of source.matchAll(new RegExp(`\\b${name}(?:\\.rich)?\\(\\s*"([\\w.-]+)"`, "g"))) add(key);
      for (const [, prefix = ""] of source.matchAll(new RegExp(`\\b${name}(?:\\.has)?\\(\\s*\`([\\w.]*)\\$\\{`, "g")))
        add(`${prefix}*`);
      if (new RegExp(`\\b${name}\\(\\w+ as "`).test(source)) add("*");
    }
  }
  return [...new Set(out)];
}

describe("the code", () => {
  const keys = asked();
  it("is found to ask for words", () => expect(keys.length).toBeGreaterThan(100));
  it("asks for no word that is missing", () => expect(keys.filter((key) => !key.endsWith("*") && !en.has(key))).toEqual([]));
  it("leaves no word unused", () => {
    const exact = new Set(keys);
    const prefixes = keys.filter((key) => key.endsWith("*")).map((key) => key.slice(0, -1));
    const unused = [...en.keys()].filter(
      (key) => !exact.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)) && !key.startsWith("fatal."),
    );
    expect(unused).toEqual([]);
  });
});

it("finds what it is meant to find", () => {
  expect(shape("{a} {n, plural, =0 {no} one {# by {who}} other {#}}")).toEqual(["a:text", "n:plural", "who:text"]);
  expect(shape("{n, number} of {m, number}")).toEqual(["m:number", "n:number"]);
});
