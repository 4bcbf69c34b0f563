import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type Block, type Inline, parseInline, parseWhatsApp } from "@/components/inbox/whatsapp-text";

const inlineText = (nodes: Inline[]): string =>
  nodes.map((node) => ("children" in node ? inlineText(node.children) : node.text)).join("");
const blockText = (block: Block): string =>
  block.kind === "pre" ? block.text : ("items" in block ? block.items : block.lines).map((line) => inlineText(line)).join("\n");
const plainOf = (text: string) => parseWhatsApp(text).map(blockText).join("\n");
const bare = (text: string) => text.replace(/[*_~`>\-\d.\s]/g, "");
const marked = fc
  .array(fc.constantFrom("*", "_", "~", "`", "```", ">", "- ", "1. ", " ", "\n", "a", "é", "😀", "9"), { maxLength: 60 })
  .map((a) => a.join(""));

describe("marks", () => {
  it.each<[string, Inline[]]>([
    ["*b*", [{ kind: "bold", children: [{ kind: "text", text: "b" }] }]],
    [
      "a *b* c",
      [
        { kind: "text", text: "a " },
        { kind: "bold", children: [{ kind: "text", text: "b" }] },
        { kind: "text", text: " c" },
      ],
    ],
    ["snake_case_name", [{ kind: "text", text: "snake_case_name" }]],
    ["2 * 3 * 4", [{ kind: "text", text: "2 * 3 * 4" }]],
    ["* b*", [{ kind: "text", text: "* b*" }]],
    ["**", [{ kind: "text", text: "**" }]],
    ["`*x*`", [{ kind: "code", text: "*x*" }]],
    ["*_x_*", [{ kind: "bold", children: [{ kind: "italic", children: [{ kind: "text", text: "x" }] }] }]],
    ["~no", [{ kind: "text", text: "~no" }]],
  ])("%s", (text, expected) => expect(parseInline(text)).toEqual(expected));
});

describe("blocks", () => {
  it("reads quotes, lists and fences", () => {
    const kinds = parseWhatsApp("hello\n> said\n- one\n- two\n1. a\n2. b\n```x\ny```\nbye").map((block) => block.kind);
    expect(kinds).toEqual(["lines", "quote", "bullets", "numbers", "pre", "lines"]);
  });
  it("keeps an open fence as written", () => expect(plainOf("a ```b")).toBe("a ```b"));
  it("starts a numbered list where the writer did", () => expect(parseWhatsApp("3. c\n4. d")[0]).toMatchObject({ start: 3 }));
});

test.prop([fc.oneof(marked, fc.string({ unit: "binary", maxLength: 200 }))])("loses no letter and never throws", (text) => {
  expect(bare(plainOf(text))).toBe(bare(text));
});

test.prop([fc.string({ unit: "grapheme", maxLength: 200 }).filter((s) => !/[*_~`>\n]/.test(s) && !/^(- |\d+\. )/.test(s))])(
  "text without marks stays as it is",
  (text) => {
    expect(plainOf(text)).toBe(text);
  },
);

it("is linear: 4,096 marks take no time", () => {
  const started = performance.now();
  for (const mark of ["*", "_a ", "*a _b ~c ", "` ", "```"]) parseWhatsApp(mark.repeat(4096 / mark.length));
  expect(performance.now() - started).toBeLessThan(200);
});
