import { expect, test } from "vitest";
import { CAUSES, CHECKS } from "@/lib/channels/model";
import words from "@/lib/web/i18n/locales/en/standing.json";

test("every check, cause, fix and helper has words, and no words are for none of them", () => {
  const remedies = Object.values(CAUSES);
  expect(Object.keys(words.check).sort()).toEqual([...CHECKS].sort());
  expect(Object.keys(words.cause).sort()).toEqual(Object.keys(CAUSES).sort());
  expect(Object.keys(words.fix).sort()).toEqual([...new Set(remedies.map(({ fix }) => fix))].sort());
  const helpers = new Set(remedies.map(({ by }) => by).filter((by) => by !== "nobody"));
  expect(Object.keys(words.by).sort()).toEqual([...helpers].sort());
});
