import { expect, it } from "vitest";
import { handover } from "@/components/inbox/handover";

const [me, maya, budi] = ["Me", "Maya", "Budi"].map((name) => ({ id: name.toLowerCase(), name }));

it.each([
  [null, me, { kind: "mine", name: "" }],
  [maya, me, { kind: "taken", name: "Maya" }],
  [maya, budi, { kind: "given", name: "Budi" }],
  [null, maya, { kind: "given", name: "Maya" }],
  [me, null, { kind: "freed", name: "" }],
  [me, me, null],
  [null, null, null],
] as const)("from %o to %o", (before, after, said) => {
  expect(handover(before ?? null, after ?? null, "me")).toEqual(said);
});
