import { expect, it } from "vitest";
import { snippet } from "@/components/inbox/snippet";
import { asValue, bodyParts, fillBody, languageName } from "@/components/inbox/template-text";

it("reads and fills positional and named variables", () => {
  expect(bodyParts("Hi {{1}}, {{1}} on {{ date }}")).toEqual([
    { kind: "text", text: "Hi " },
    { kind: "variable", key: "1", first: true },
    { kind: "text", text: ", " },
    { kind: "variable", key: "1", first: false },
    { kind: "text", text: " on " },
    { kind: "variable", key: "date", first: true },
  ]);
  expect(fillBody("Hi {{1}} on {{date}}", { "1": " Ana ", date: "" })).toBe("Hi Ana on {{date}}");
  expect(fillBody("{{1}}", { "1": "{{2}} $& $1" })).toBe("{{2}} $& $1");
  expect(asValue(" a\n\tb     c ")).toBe("a b c");
});

it("names a template's language in the reader's", () => {
  expect(languageName("pt_BR", "en")).toBe("Brazilian Portuguese");
  expect(languageName("id", "pt-BR")).toBe("indonésio");
  expect(languageName("en", "id")).toBe("Inggris");
  expect(languageName("not a code", "en")).toBe("not a code");
});

it("marks what was searched, whatever its accents and case", () => {
  const parts = snippet("Reunião amanhã sobre o contrato", "REUNIAO cont");
  expect(parts.filter((part) => part.hit).map((part) => part.text)).toEqual(["Reunião", "contrato"]);
  expect(parts.map((part) => part.text).join("")).toBe("Reunião amanhã sobre o contrato");
  expect(snippet("nothing here", "zzz").some((part) => part.hit)).toBe(false);
  expect(snippet(`${"long ".repeat(30)}contract`, "contract")[0]?.text).toBe("… ");
});
