import { expect, test } from "vitest";
import { dropOf } from "@/lib/channels/drops";
import { judgeTold } from "@/lib/channels/model";

const quality = (word: string) => judgeTold("quality", word);
const tier = (word: string) => judgeTold("tier", word);
const event = (word: string) => ({ state: word, cause: null, value: null });

test("only what falls is a drop, and what is unknown is none", () => {
  const fell = (what: string, from: ReturnType<typeof quality> | null, to: ReturnType<typeof quality>) =>
    dropOf({ what, from, to });
  expect(fell("quality", quality("GREEN"), quality("YELLOW"))).toBe("quality");
  expect(fell("quality", quality("YELLOW"), quality("RED"))).toBe("quality");
  expect(fell("quality", null, quality("RED"))).toBe("quality");
  expect(fell("quality", quality("RED"), quality("YELLOW"))).toBeNull();
  expect(fell("quality", quality("GREEN"), quality("NOVEL"))).toBeNull();
  expect(fell("tier", tier("TIER_2K"), tier("TIER_250"))).toBe("tier");
  expect(fell("tier", tier("TIER_UNLIMITED"), tier("TIER_100K"))).toBe("tier");
  expect(fell("tier", tier("TIER_250"), tier("TIER_2K"))).toBeNull();
  expect(fell("tier", null, tier("TIER_250"))).toBeNull();
  expect(fell("tier", tier("TIER_2K"), tier("TIER_NOT_SET"))).toBeNull();
  expect(fell("review", judgeTold("review", "PENDING"), judgeTold("review", "REJECTED"))).toBe("review");
  expect(fell("review", null, judgeTold("review", "PENDING"))).toBeNull();
});

test("a ban or a restriction is a drop, its end is none", () => {
  for (const word of ["ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "DISABLE", "SCHEDULE_FOR_DISABLE"])
    expect(dropOf({ what: "account", from: null, to: event(word) })).toBe("restriction");
  expect(dropOf({ what: "account", from: null, to: event("REINSTATE") })).toBeNull();
  expect(dropOf({ what: "security", from: null, to: event("DISABLE") })).toBeNull();
  const banned = { state: "fail", cause: "number_banned", value: "BANNED" };
  expect(dropOf({ what: "registration", from: null, to: banned })).toBe("restriction");
});
