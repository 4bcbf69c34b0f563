import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHistory } from "@/lib/providers/meta/parse-phone-app";
import { holdsMoreThan, splitEnvelope } from "@/lib/providers/meta/split-envelope";
import { PART_MESSAGES, splitHistory } from "@/lib/providers/meta/split-history";

const frame = { messaging_product: "whatsapp", metadata: { display_phone_number: "15550100001", phone_number_id: "1" } };
const message = (id: string) => ({ from: "628111", id, timestamp: "1789000000", type: "text", text: { body: id } });
const idsOf = (value: Record<string, unknown>) => {
  const { chunks, files } = parseHistory({ value });
  return [...chunks.flatMap((c) => c.messages), ...files].map((m) => m.wamid);
};

describe("a past in parts", () => {
  test("holds every message once and in its order, few at a time", () => {
    const sizes = fc.array(fc.nat({ max: 70 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 3 }), fc.nat({ max: 45 }), (chunks, files) => {
        let n = 0;
        const value = {
          ...frame,
          history: chunks.map((threads, order) => ({
            metadata: { phase: 1, chunk_order: order, progress: 40 },
            threads: threads.map((size, i) => ({
              id: `62811${i}`,
              messages: Array.from({ length: size }, () => message(`m${n++}`)),
            })),
          })),
          messages: Array.from({ length: files }, () => message(`f${n++}`)),
        };
        const parts = splitHistory(value);
        expect(parts.flatMap((p) => idsOf(p.value))).toEqual(idsOf(value));
        for (const { value: own, part } of parts) {
          const told = parseHistory({ value: own, part });
          expect(idsOf(own).length).toBeLessThanOrEqual(PART_MESSAGES);
          expect(told.chunks.length).toBeLessThanOrEqual(1);
          expect(told.chunks.map((c) => c.part)).toEqual(told.chunks.map(() => part));
        }
        const places = parts.map(
          (p) => `${JSON.stringify((p.value.history as { metadata: object }[])?.[0]?.metadata)}|${p.part}`,
        );
        const ofChunks = places.filter((p) => !p.startsWith("undefined"));
        expect(new Set(ofChunks).size).toBe(ofChunks.length);
      }),
    );
  });

  test("keeps what stands beside, a refusal, and shapes that are foreign", () => {
    const refused = { ...frame, contacts: [{ wa_id: "1" }], history: [{ errors: [{ code: 2593109 }] }] };
    expect(splitHistory(refused)).toEqual([{ value: refused, part: 0 }]);
    const long = { id: "628111", more: 1, messages: Array.from({ length: PART_MESSAGES + 1 }, (_, i) => message(`m${i}`)) };
    const [first, second, ...others] = splitHistory({
      ...frame,
      contacts: [{ wa_id: "1" }],
      history: [{ metadata: { phase: 0 }, threads: ["?", long] }],
    });
    expect(others).toEqual([]);
    expect(first?.value).toMatchObject({
      contacts: [{ wa_id: "1" }],
      history: [{ metadata: { phase: 0 }, threads: ["?", { more: 1 }] }],
    });
    expect(second).toMatchObject({
      part: 1,
      value: { ...frame, history: [{ metadata: { phase: 0 }, threads: [{ id: "628111" }] }] },
    });
    expect(second?.value).not.toHaveProperty(["history", 0, "threads", 0, "more"]);
    expect(second?.value).not.toHaveProperty("contacts");
    for (const odd of [{ ...frame, history: "?" }, { ...frame, messages: 7 }, frame])
      expect(splitHistory(odd)).toEqual([{ value: odd, part: 0 }]);
  });

  test("told again, whole, is the same parts", () => {
    const threads = [{ id: "628111", messages: Array.from({ length: 50 }, (_, i) => message(`m${i}`)) }];
    const body = (delivery: number) => ({
      entry: [
        {
          id: "9",
          time: 1,
          delivery,
          changes: [{ field: "history", value: { ...frame, history: [{ metadata: { phase: 0 }, threads }] } }],
        },
      ],
    });
    const keys = splitEnvelope(body(1))?.map((p) => p.dedupe.join("|"));
    expect(new Set(keys).size).toBe(3);
    expect(splitEnvelope(body(2))?.map((p) => p.dedupe.join("|"))).toEqual(keys);
  });

  test("what a stranger's app puts beside messages is not copied with every part, nor are millions of elements walked", () => {
    const junk = "x".repeat(200_000);
    const messages = Array.from({ length: 2000 }, (_, i) => message(`m${i}`));
    const value = {
      messaging_product: "whatsapp",
      metadata: { ...frame.metadata, junk },
      junk,
      history: [{ metadata: { phase: 1, junk }, junk, threads: [{ id: "628111", junk, messages }] }],
    };
    const body = { entry: [{ id: "9", changes: [{ field: "history", value }] }] };
    const pieces = splitEnvelope(body) ?? [];
    expect(pieces.length).toBe(100);
    expect(JSON.stringify(pieces).length).toBeLessThan(2 * JSON.stringify(body).length);
    expect(pieces.flatMap(({ payload }) => parseHistory(payload).chunks.flatMap((c) => c.messages))).toHaveLength(2000);
    const many = (field: string, key: string) =>
      holdsMoreThan(10_000, { entry: [{ changes: [{ field, value: { [key]: new Array(10_001).fill({}) } }] }] });
    expect([many("messages", "messages"), many("messages", "statuses"), many("history", "history")]).toEqual([true, true, true]);
    expect(many("history", "messages")).toBe(false);
    expect(holdsMoreThan(10_000, body)).toBe(false);
  });
});
