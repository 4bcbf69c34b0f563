import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type Block, type Inline, parseInline, parseWhatsApp } from "@/components/inbox/whatsapp-text";
import { growthOf } from "@/lib/testing/growth";

const inlineText = (nodes: Inline[]): string =>
  nodes.map((node) => ("children" in node ? inlineText(node.children) : node.text)).join("");
const blockText = (block: Block): string =>
  block.kind === "pre" ? block.text : ("items" in block ? block.items : block.lines).map((line) => inlineText(line)).join("\n");
const plainOf = (text: string) => parseWhatsApp(text).map(blockText).join("\n");
const bare = (text: string) => text.replace(/[*_~`>\-\d.\s]/g, "");
const marked = fc
  .array(fc.constantFrom("*", "_", "~", "`", "```", ">", "- ", "1. ", " ", "\n", "a", "é", "😀", "9", "a.co/"), { maxLength: 60 })
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

const text = (words: string): Inline => ({ kind: "text", text: words });
const link = (words: string): Inline => ({ kind: "link", text: words });
const bold = (...children: Inline[]): Inline => ({ kind: "bold", children });
const italic = (...children: Inline[]): Inline => ({ kind: "italic", children });

describe("marks in and around an address", () => {
  it.each([
    "https://example.org/a_b_c",
    "https://example.org/_private_/x",
    "https://example.org/*all*/x",
    "https://example.org/~ana/~x~",
    "https://example.org/a`b`c",
    "https://example.org/?q=*a*&from=_b_",
    "https://example.org/wiki/Law_(state)_of",
    "https://example.org/foo_",
    "example.org/a_b_/c",
  ])("%s opens as it was written", (address) => {
    expect(parseInline(address)).toEqual([link(address)]);
    expect(parseInline(`see ${address} now`)).toEqual([text("see "), link(address), text(" now")]);
  });
  it.each<[string, Inline[]]>([
    ["*https://example.org/a_b*", [bold(link("https://example.org/a_b"))]],
    ["_https://example.org/a_", [italic(link("https://example.org/a"))]],
    ["*_https://example.org/a_*", [bold(italic(link("https://example.org/a")))]],
    ["~see https://example.org/a~", [{ kind: "strike", children: [text("see "), link("https://example.org/a")] }]],
    ["`https://example.org/a_b_`", [{ kind: "code", text: "https://example.org/a_b_" }]],
    ["*a* https://example.org/b*", [bold(text("a")), text(" "), link("https://example.org/b*")]],
    ["*https://a.org* and *b*", [bold(link("https://a.org")), text(" and "), bold(text("b"))]],
    ["_a https://example.org/b_c_d e_", [italic(text("a "), link("https://example.org/b_c_d"), text(" e"))]],
    ["https://example.org/a_b, then", [link("https://example.org/a_b"), text(", then")]],
    ["(https://example.org/a_(b))", [text("("), link("https://example.org/a_(b)"), text(")")]],
    ["https://example.org/a_b. *b*", [link("https://example.org/a_b"), text(". "), bold(text("b"))]],
    ["_x_ javascript:alert(1)", [italic(text("x")), text(" javascript:alert(1)")]],
  ])("%s", (words, expected) => expect(parseInline(words)).toEqual(expected));
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

it.each(["*", "_a ", "*a _b ~c ", "` ", "```", "_a.co_ ", "*a.co/_ "])("is linear in marks: %s", (mark) => {
  expect(growthOf((size) => parseWhatsApp(mark.repeat(size / mark.length)), 512)).toBeLessThan(32);
});
