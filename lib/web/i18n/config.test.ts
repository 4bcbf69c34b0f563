import { describe, expect, it } from "vitest";
import { asLocale, asTimeZone, dateForm, negotiateLocale } from "@/lib/web/i18n/config";

describe("negotiateLocale", () => {
  it.each([
    ["pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"],
    ["pt-PT", "pt-BR"],
    ["fr-FR,fr;q=0.9,id;q=0.5,en;q=0.4", "id"],
    ["en;q=0.2, id;q=0.7", "id"],
    ["in-ID", "id"],
    ["de,fr", null],
    ["en;q=0", null],
    ["", null],
    [";;;,,,q=", null],
  ])("%s → %s", (header, expected) => expect(negotiateLocale(header)).toBe(expected));
});

it("takes only known names from cookies", () => {
  expect(asLocale("pt-BR")).toBe("pt-BR");
  expect(asLocale("../en")).toBeNull();
  expect(asTimeZone("Asia/Jakarta")).toBe("Asia/Jakarta");
  expect(asTimeZone("Mars/Olympus")).toBe("UTC");
  expect(asTimeZone(undefined)).toBe("UTC");
});

it("writes English dates day before month", () => {
  const day = (locale: string) =>
    new Date(Date.UTC(2026, 10, 24)).toLocaleDateString(dateForm(locale), { day: "numeric", month: "long" });
  expect(day("en")).toBe("24 November");
  expect(day("id")).toBe("24 November");
  expect(dateForm("pt-BR")).toBe("pt-BR");
});
