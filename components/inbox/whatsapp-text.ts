/**
 * WhatsApp's marks as a tree: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, three backticks for a block, `> ` quote, `- ` or `* `
 * and `1. ` lists. Pure, linear in the length, never throws. A mark counts only at the edge of a word with no space inside it,
 * as on the phone; what is not a mark stays as written. Inside a web address nothing is a mark.
 */
import { type Link, linksIn, placesOf } from "@/components/inbox/web-links";

export type Inline =
  | { kind: "text" | "code" | "link"; text: string }
  | { kind: "bold" | "italic" | "strike"; children: Inline[] };
export type Block =
  | { kind: "lines"; lines: Inline[][] }
  | { kind: "quote"; lines: Inline[][] }
  | { kind: "bullets"; items: Inline[][] }
  | { kind: "numbers"; start: number; items: Inline[][] }
  | { kind: "pre"; text: string };

const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;
type Mark = keyof typeof MARKS;
const isMark = (char: string | undefined): char is Mark => char === "*" || char === "_" || char === "~";
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /\s/u;

/** `inside[i]` is 1 within an address, where nothing closes; its last marks may close what was opened before it. */
function closingAt(text: string, mark: string, from: number, inside: Uint8Array | null): number {
  for (let i = text.indexOf(mark, from + 1); i !== -1; i = text.indexOf(mark, i + 1)) {
    const before = text[i - 1] ?? " ";
    const after = text[i + 1];
    if (i > from + 1 && inside?.[i] !== 1 && !SPACE.test(before) && (after === undefined || !WORD.test(after))) return i;
  }
  return -1;
}

/** Marks inside one line; a mark inside its own kind (`used`) means nothing. */
export function parseInline(text: string, used = ""): Inline[] {
  const out: Inline[] = [];
  const links = linksIn(text);
  const inside = links.length > 0 ? placesOf(text, links) : null;
  const starts = new Map(links.map((link): [number, Link] => [link.from, link]));
  const dead = new Set<string>();
  let plain = "";
  const flush = () => {
    if (plain) out.push({ kind: "text", text: plain });
    plain = "";
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    const link = starts.get(i);
    if (link) {
      flush();
      out.push({ kind: "link", text: text.slice(link.from, link.to) });
      i = link.to - 1;
      continue;
    }
    const next = text[i + 1];
    const opens =
      (isMark(char) || char === "`") && !used.includes(char) && !dead.has(char) && (i === 0 || !WORD.test(text[i - 1] ?? ""));
    const end = opens && next !== undefined && !SPACE.test(next) ? closingAt(text, char, i, inside) : -1;
    if (opens && end === -1 && next !== undefined && !SPACE.test(next)) dead.add(char); // no closing one further on either
    if (end === -1) {
      plain += char;
      continue;
    }
    flush();
    const inner = text.slice(i + 1, end);
    if (char === "`") out.push({ kind: "code", text: inner });
    else if (isMark(char)) out.push({ kind: MARKS[char], children: parseInline(inner, used + char) });
    i = end;
  }
  flush();
  return out;
}

type LineKind = { kind: "lines" | "quote" | "bullets" | "numbers"; rest: string; start: number };

function readLine(line: string): LineKind {
  if (line.startsWith("> ")) return { kind: "quote", rest: line.slice(2), start: 0 };
  const bullet = /^[-*] (?=\S)/.exec(line);
  if (bullet) return { kind: "bullets", rest: line.slice(2), start: 0 };
  const number = /^(\d{1,3})\. (?=\S)/.exec(line);
  if (number) return { kind: "numbers", rest: line.slice(number[0].length), start: Number(number[1]) };
  return { kind: "lines", rest: line, start: 0 };
}

function parseLines(text: string, out: Block[]): void {
  for (const line of text.split("\n")) {
    const { kind, rest, start } = readLine(line);
    const inline = parseInline(rest);
    const last = out[out.length - 1];
    if (kind === "numbers") {
      if (last?.kind === "numbers" && start === last.start + last.items.length) last.items.push(inline);
      else out.push({ kind, start, items: [inline] });
    } else if (kind === "bullets") {
      if (last?.kind === "bullets") last.items.push(inline);
      else out.push({ kind, items: [inline] });
    } else if (last?.kind === kind) last.lines.push(inline);
    else out.push({ kind, lines: [inline] });
  }
}

/** A whole message. */
export function parseWhatsApp(text: string): Block[] {
  const out: Block[] = [];
  const parts = text.split("```");
  // An odd number of fences leaves the last one as plain text.
  const closed = parts.length % 2 === 1 ? parts.length : parts.length - 2;
  let plain = "";
  const flush = () => {
    if (plain.replace(/^\n|\n$/g, "") !== "") parseLines(plain.replace(/^\n|\n$/g, ""), out);
    plain = "";
  };
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const isBlock = i % 2 === 1 && i < closed;
    if (isBlock && part.trim() !== "") {
      flush();
      out.push({ kind: "pre", text: part.replace(/^\n|\n$/g, "") });
    } else if (isBlock) plain += `\`\`\`${part}\`\`\``;
    else plain += i >= closed && i > 0 && i % 2 === 1 ? `\`\`\`${part}` : part;
  }
  flush();
  return out;
}

const inlineText = (nodes: readonly Inline[]): string =>
  nodes.map((node) => ("children" in node ? inlineText(node.children) : node.text)).join("");

/** The words alone, for one-line previews. */
export const plainWhatsApp = (text: string): string =>
  parseWhatsApp(text)
    .flatMap((block) => (block.kind === "pre" ? [block.text] : ("items" in block ? block.items : block.lines).map(inlineText)))
    .join(" ");
