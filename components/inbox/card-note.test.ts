import { expect, it } from "vitest";
import { isElsewhere } from "@/components/inbox/card-note";

it.each([
  ["image", [], true, true],
  ["image", ["a caption"], true, true],
  ["document", ["akta.pdf"], true, true],
  ["location", ["Jakarta"], true, false],
  ["poll", [], true, true],
  ["revoke", [], true, false],
  ["unsupported", [], true, false],
  ["media_placeholder", [], false, false],
] as const)("%s with %j", (type, lines, known, elsewhere) => expect(isElsewhere(type, lines, known)).toBe(elsewhere));
