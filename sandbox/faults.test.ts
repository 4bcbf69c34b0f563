import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FaultRule, Faults, parseRule } from "./faults";
import { asArray, asObject } from "./json";
import { ANA, type Bench, ONE, startBench, until } from "./testing";

describe("the rules", () => {
  const roll = (seed: number, count: number) => {
    const faults = new Faults();
    faults.set(seed, [{ on: "send", kind: "429", p: 0.3 }]);
    return Array.from({ length: count }, () => (faults.roll("send", "429", {}) ? 1 : 0)).join("");
  };

  it("bite the same way for the same seed, and otherwise not", () => {
    expect(roll(7, 200)).toBe(roll(7, 200));
    expect(roll(7, 200)).not.toBe(roll(8, 200));
    expect(roll(7, 2000).replace(/0/g, "").length).toBeGreaterThan(500);
  });

  it("keep to their client, their number and their count", () => {
    const faults = new Faults();
    const rule: FaultRule = { on: "send", kind: "429", p: 1, to: ANA, times: 1 };
    faults.set(1, [rule]);
    expect(faults.roll("send", "429", { to: "1" })).toBeUndefined();
    expect(faults.roll("send", "429", { to: ANA })).toBeDefined();
    expect(faults.roll("send", "429", { to: ANA })).toBeUndefined();
  });

  it("are read with the names of the contract and refused with the known ones", () => {
    const kind = (on: string, name: string) => parseRule({ on, kind: name, p: 1 }, 0).kind;
    expect(
      [
        "delay",
        "5xx",
        "5xx with code",
        "5xx without code",
        "429",
        "reset before accept",
        "reset-after-accept",
        "lost answer",
      ].map((one) => kind("send", one)),
    ).toEqual(["delay", "5xx-code", "5xx-code", "5xx-bare", "429", "reset-before", "reset-after", "lost-answer"]);
    expect(["duplicate", "reorder", "malformed", "delay", "reset", "batch"].map((one) => kind("webhook", one))).toHaveLength(6);
    expect(() => parseRule({ on: "send", kind: "earthquake" }, 0)).toThrow(/known: delay/);
    expect(() => parseRule({ on: "send", kind: "429", p: 2 }, 0)).toThrow(/between 0 and 1/);
  });
});

describe("faults on sends", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
    await bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, from: ANA, type: "text", text: "hi" });
  });
  afterEach(() => bench.close());

  const rule = (kind: string, more: object = {}) =>
    bench.control("faults", { seed: 1, rules: [{ on: "send", kind, p: 1, times: 1, ...more }] });
  const kinds = async () =>
    (await bench.ledger()).filter((line) => line.kind !== "webhook").map((line) => `${String(line.kind)}:${String(line.answer)}`);
  const counts = async () => (await bench.control("faults")).body.counts;
  const sentTags = () => bench.receiver.statuses().map((status) => status.biz_opaque_callback_data);

  it.each([
    ["5xx-code", { accepted: true }, 500, ["attempt:500", "send:500"]],
    ["5xx-code", { accepted: false }, 500, ["attempt:500"]],
    ["5xx-bare", { accepted: true }, 502, ["attempt:502", "send:502"]],
    ["429", {}, 400, ["attempt:400"]],
  ])("%s %o", async (kind, more, status, lines) => {
    await rule(kind, more);
    expect((await bench.text(ANA, "x", "t")).status).toBe(status);
    expect(await kinds()).toEqual(lines);
    expect(await counts()).toEqual({ [`send:${kind}`]: 1 });
    if (lines.length === 2) await until(() => sentTags().includes("t"));
    expect((await bench.text(ANA, "x", "t")).status).toBe(200);
    expect((await bench.ledger()).find((line) => line.kind === "attempt" && line.answer === 200)).toMatchObject({ attempt: 2 });
  });

  it("cut the line before or after accepting", async () => {
    await rule("reset-before");
    await expect(bench.text(ANA, "x", "before")).rejects.toThrow();
    await rule("reset-after");
    await expect(bench.text(ANA, "x", "after")).rejects.toThrow();
    expect(await kinds()).toEqual(["attempt:reset", "attempt:reset", "send:reset"]);
    await until(() => sentTags().includes("after"));
    expect(sentTags()).not.toContain("before");
  });

  it("accept and never answer", async () => {
    await rule("lost-answer", { ms: 100 });
    await expect(bench.text(ANA, "x", "lost")).rejects.toThrow();
    expect(await kinds()).toEqual(["attempt:lost", "send:lost"]);
    await until(() => sentTags().includes("lost"));
  });

  it("delay, and are gone after DELETE while the counts stay", async () => {
    await rule("delay", { ms: 60 });
    const began = Date.now();
    await bench.text(ANA, "x");
    expect(Date.now() - began).toBeGreaterThanOrEqual(55);
    expect((await bench.control("faults", undefined, "DELETE")).body).toMatchObject({ rules: [], counts: { "send:delay": 1 } });
  });

  it("come from magic numbers under +1555 only", async () => {
    const say = (from: string) => bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, from, type: "text", text: "hi" });
    for (const from of ["15550200500", "15550200026", "5511900000026", "15550200900", "15550200047"]) await say(from);
    expect((await bench.text("15550200500", "x", "five hundred")).status).toBe(500);
    await until(() => sentTags().includes("five hundred"));
    const failure = async (to: string) => {
      await bench.text(to, "x", to);
      await until(() => sentTags().includes(to));
      return asObject(bench.receiver.statuses().find((status) => status.biz_opaque_callback_data === to)).status;
    };
    expect([await failure("15550200026"), await failure("5511900000026"), await failure("15550200047")]).toEqual([
      "failed",
      "sent",
      "failed",
    ]);
    const hidden = bench.receiver
      .messages()
      .find((message) => String(message.from_user_id).startsWith("US.") && message.from === undefined);
    expect(hidden).toBeDefined();
  });
});

describe("faults on webhooks", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(() => bench.close());

  const say = (text: string) => bench.control("inbound", { phoneNumberId: ONE.phoneNumberId, from: ANA, type: "text", text });
  const quiet = () => until(() => bench.sandbox.context.hooks.pending.total === 0);
  const rules = (...list: object[]) =>
    bench.control("faults", { seed: 3, rules: list.map((one) => ({ on: "webhook", p: 1, ...one })) });

  it("are retried until the answer is 200", async () => {
    let refusals = 3;
    bench.receiver.answer = () => (refusals-- > 0 ? 503 : 200);
    await say("again");
    await until(() => bench.receiver.deliveries.length === 4);
    await quiet();
    expect(new Set(bench.receiver.deliveries.map((one) => one.bytes.toString())).size).toBe(1);
    expect((await bench.ledger()).map((line) => [line.attempt, line.answer])).toEqual([
      [1, 503],
      [2, 503],
      [3, 503],
      [4, 200],
    ]);
  });

  it("duplicate, break, forge and reset", async () => {
    await rules({ kind: "duplicate", ms: 5 }, { kind: "malformed" }, { kind: "forged" }, { kind: "reset", times: 1 });
    await say("one");
    await until(() => bench.receiver.deliveries.length >= 4);
    await quiet();
    const good = bench.receiver.deliveries.filter((one) => one.valid && one.bytes.includes('"one"'));
    expect(good.length).toBeGreaterThanOrEqual(2);
    expect(bench.receiver.deliveries.filter((one) => !one.valid)).toHaveLength(1);
    expect(bench.receiver.deliveries.filter((one) => one.valid && !one.bytes.includes('"one"'))).toHaveLength(1);
    expect((await bench.control("faults")).body.counts).toMatchObject({
      "webhook:duplicate": 1,
      "webhook:malformed": 1,
      "webhook:forged": 1,
      "webhook:reset": 1,
    });
  });

  it("reorder and delay without losing any", async () => {
    await rules({ kind: "reorder", ms: 80 }, { kind: "delay", p: 0.3, ms: 30 });
    const texts = Array.from({ length: 30 }, (_, index) => `n${index}`);
    for (const text of texts) await say(text);
    await until(() => bench.receiver.messages().length === 30);
    const got = bench.receiver.messages().map((message) => String(asObject(message.text).body));
    expect(got).not.toEqual(texts);
    expect([...got].sort()).toEqual([...texts].sort());
  });

  it("batch several numbers into one envelope", async () => {
    await rules({ kind: "batch", n: 6, ms: 30 });
    await bench.control(
      "inbound",
      Array.from({ length: 6 }, (_, index) => ({
        phoneNumberId: index % 2 ? ONE.phoneNumberId : "300100000000002",
        from: `5511900${index}`,
        text: "x",
      })),
    );
    await until(() => bench.receiver.messages().length === 6);
    expect(bench.receiver.deliveries).toHaveLength(1);
    expect(asArray(bench.receiver.deliveries[0]?.body.entry)).toHaveLength(2);
  });
});
