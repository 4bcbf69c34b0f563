import { expect, test } from "vitest";
import { keepOpened, takeOpened } from "@/lib/webhooks/opened";

test("a payload is handed over once", () => {
  keepOpened("a", "one");
  expect([takeOpened("a"), takeOpened("a"), takeOpened("b")]).toEqual(["one", undefined, undefined]);
});

test("what does not fit pushes out the oldest, and what never fits is not held", () => {
  const third = "x".repeat(6 * 1024 * 1024);
  for (const id of ["1", "2", "3"]) keepOpened(id, third);
  keepOpened("4", "x".repeat(17 * 1024 * 1024));
  expect(["1", "2", "3", "4"].map((id) => takeOpened(id)?.length)).toEqual([undefined, third.length, third.length, undefined]);
});
