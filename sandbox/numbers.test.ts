import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "./json";
import { asArray, asObject } from "./json";
import { type Bench, errorOf, ONE, type Signed, startBench, until } from "./testing";

let bench: Bench;
let now = Date.now();
let signed: Signed;
beforeAll(async () => {
  bench = await startBench({ now: () => now });
});
afterAll(() => bench.close());
beforeEach(async () => {
  signed = await bench.signUp();
});

const PIN = { messaging_product: "whatsapp", pin: "482913" };
const post = (edge: string, body: object = {}) => bench.graph("POST", `/${signed.phoneNumberId}${edge}`, body, signed.token);
const read = async (fields: string, id = signed.phoneNumberId) =>
  (await bench.graph("GET", `/${id}?fields=${fields}`, undefined, signed.token)).body;
const register = async (pin = PIN.pin) => errorOf(await post("/register", { ...PIN, pin }));

describe("fields", () => {
  it("of an account and a number tell the truth of the moment", async () => {
    const fields = "id,name,currency,timezone_id,owner_business_info,account_review_status,business_verification_status,country";
    expect(await read(fields, signed.wabaId)).toEqual({
      id: signed.wabaId,
      name: "New Business",
      currency: "USD",
      timezone_id: "1",
      owner_business_info: { id: signed.businessId, name: "New Business" },
      account_review_status: "APPROVED",
      business_verification_status: "not_verified",
      country: "ID",
    });
    const number =
      "status,platform_type,code_verification_status,name_status,is_on_biz_app,messaging_limit_tier,throughput,quality_rating";
    expect(await read(number)).toMatchObject({
      status: "PENDING",
      platform_type: "NOT_APPLICABLE",
      code_verification_status: "VERIFIED",
      name_status: "PENDING_REVIEW",
      is_on_biz_app: false,
      messaging_limit_tier: "TIER_250",
      throughput: { level: "STANDARD" },
      quality_rating: "UNKNOWN",
    });
    const listed = await bench.graph("GET", `/${signed.wabaId}/phone_numbers?fields=${number}`, undefined, signed.token);
    expect(listed.body.data).toMatchObject([{ id: signed.phoneNumberId, status: "PENDING" }]);
    const { health_status: health } = await read("health_status");
    expect(health).toMatchObject({ can_send_message: "BLOCKED" });
    expect(asArray(asObject(health).entities).map((one) => asObject(one).entity_type)).toEqual([
      "PHONE_NUMBER",
      "WABA",
      "BUSINESS",
      "APP",
    ]);
    const given = (await bench.graph("GET", `/${ONE.phoneNumberId}?fields=status,health_status`)).body;
    expect(given).toMatchObject({ status: "CONNECTED", health_status: { can_send_message: "AVAILABLE" } });
  });
});

describe("what a test sets", () => {
  it("shows in the fields, in health and in the subscription", async () => {
    const { wabaId } = signed;
    await bench.control("waba", { wabaId, review: "PENDING", verification: "verified", unpaid: true, subscribed: true });
    const account = await read("account_review_status,business_verification_status", wabaId);
    expect(account).toMatchObject({ account_review_status: "PENDING", business_verification_status: "verified" });
    expect(JSON.stringify((await read("health_status")).health_status)).toContain("141006");
    await bench.control("waba", { wabaId, unpaid: false, overrideUri: "https://elsewhere.test/hook" });
    expect(JSON.stringify((await read("health_status")).health_status)).not.toContain("141006");
    const callback = { whatsapp_business_account: "https://elsewhere.test/hook" };
    expect((await read("webhook_configuration")).webhook_configuration).toMatchObject(callback);
    await bench.control("waba", { wabaId, overrideUri: "", subscribed: false });
    expect((await bench.graph("GET", `/${wabaId}/subscribed_apps`, undefined, signed.token)).body.data).toEqual([]);
    const ends = await bench.control("tokens/expire", { accessToken: signed.token, at: now + 86_400_000 });
    expect(ends.body).toMatchObject({ valid: true });
    expect((await bench.control("waba", { wabaId: "1" })).status).toBe(404);
  });
});

describe("registering", () => {
  it("makes the number send, and a wrong PIN does not", async () => {
    const text = { messaging_product: "whatsapp", to: "5511900000001", type: "text", text: { body: "x" } };
    expect(errorOf(await post("/messages", text))).toBe("133010");
    expect(await register("12")).toBe("100");
    expect(errorOf(await post("/register", { pin: PIN.pin }))).toBe("100");
    expect(await register()).toBe("undefined");
    expect(await register()).toBe("undefined");
    expect(await register("000000")).toBe("133005");
    expect(await read("status,platform_type,quality_rating")).toMatchObject({ status: "CONNECTED", platform_type: "CLOUD_API" });
    expect((await post("/messages", text)).status).toBe(200);
    expect(errorOf(await post("/deregister"))).toBe("undefined");
    expect(errorOf(await post("/deregister"))).toBe("133010");
    expect(await register("111111")).toBe("133005");
    expect(errorOf(await post("", { pin: "111111" }))).toBe("undefined");
    expect(await register("111111")).toBe("undefined");
  });

  it("counts ten in 72 hours, refused ones too", async () => {
    for (let i = 0; i < 10; i++) expect(await register()).toBe("undefined");
    expect(await register()).toBe("133016");
    now += 72 * 3_600_000;
    expect(await register()).toBe("undefined");
  });

  it("stops guessing", async () => {
    await register();
    for (let i = 0; i < 5; i++) expect(await register("000000")).toBe("133005");
    expect(await register()).toBe("133008");
    now += 3_600_000;
    await bench.control("app", { pinGapMs: 1000 });
    expect(await register("000000")).toBe("133005");
    expect(await register("000000")).toBe("133009");
    await bench.control("app", { pinGapMs: 0 });
    expect(await register()).toBe("undefined");
  });

  it("waits after a deletion, and 14 days are enough", async () => {
    await bench.control("number", { phoneNumberId: signed.phoneNumberId, deletedAt: String(now) });
    expect(await register()).toBe("133015");
    now += 15 * 86_400_000;
    expect(await register()).toBe("133006");
    expect((await read("code_verification_status")).code_verification_status).toBe("EXPIRED");
  });

  it("needs a verified number", async () => {
    signed = await bench.signUp({ verified: false });
    expect(await register()).toBe("133006");
    expect(errorOf(await post("/verify_code", { code: "123456" }))).toBe("136024");
    expect(errorOf(await post("/request_code", { code_method: "FAX", language: "en" }))).toBe("100");
    expect(errorOf(await post("/request_code", { code_method: "SMS", language: "en" }))).toBe("undefined");
    expect(errorOf(await post("/verify_code", { code: "000000" }))).toBe("136024");
    expect((await post("/verify_code", { code: "123456" })).body).toEqual({ success: true });
    expect(errorOf(await post("/request_code", { code_method: "SMS", language: "en" }))).toBe("136024");
    expect(await register()).toBe("undefined");
  });

  it("comes back to a number registered long ago", async () => {
    expect(await register()).toBe("undefined");
    now += 30 * 86_400_000;
    await post("/deregister");
    expect(await register()).toBe("undefined");
  });

  it("is refused for a coexistence number", async () => {
    const lost = (await bench.control("signup", { flow: "lost", coexistence: true })).body;
    expect(bench.sandbox.context.world.phones.get(String(lost.phoneNumberId))?.onBizApp).toBe(true);
    signed = await bench.signUp({ flow: "coexistence" });
    expect(await read("is_on_biz_app,platform_type")).toMatchObject({ is_on_biz_app: true, platform_type: "CLOUD_API" });
    expect(await register()).toBe("100");
    expect(errorOf(await post("/deregister"))).toBe("100");
  });
});

describe("callbacks", () => {
  it("of a number go before those of its account", async () => {
    const uri = `${bench.receiver.url}/number`;
    const set = (webhook_configuration: object) => post("", { webhook_configuration });
    expect(errorOf(await set({ override_callback_uri: uri, verify_token: "wrong" }))).toBe("2200");
    expect(errorOf(await set({ override_callback_uri: uri, verify_token: "verify" }))).toBe("undefined");
    const path = `/${signed.wabaId}/subscribed_apps`;
    const override = { override_callback_uri: `${bench.receiver.url}/waba`, verify_token: "verify" };
    expect(errorOf(await bench.graph("POST", path, override, signed.token))).toBe("100");
    expect((await bench.graph("POST", path, undefined, signed.token)).body).toEqual({ success: true });
    expect((await bench.graph("POST", path, override, signed.token)).body).toEqual({ success: true });
    const refused = await bench.graph("POST", path, { ...override, verify_token: "no" }, signed.token);
    expect(asObject(refused.body.error).message).toContain("HTTP Status Code = 403");
    const long = { ...override, override_callback_uri: `${bench.receiver.url}/${"x".repeat(200)}` };
    expect(errorOf(await bench.graph("POST", path, long, signed.token))).toBe("100");
    expect((await read("webhook_configuration")).webhook_configuration).toEqual({
      phone_number: uri,
      whatsapp_business_account: override.override_callback_uri,
      application: bench.receiver.url,
    });
    await set({ override_callback_uri: "" });
    expect((await read("webhook_configuration")).webhook_configuration).not.toHaveProperty("phone_number");
    await bench.graph("POST", path, undefined, signed.token);
    expect((await read("webhook_configuration")).webhook_configuration).toEqual({ application: bench.receiver.url });
  });
});

describe("the ledger", () => {
  it("has one line per call that changes an account, and no secret", async () => {
    const before = (await bench.ledger()).length;
    signed = await bench.signUp();
    await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
    await register();
    await register("000000");
    await post("", { pin: "999111" });
    await read("id");
    const calls = (await bench.ledger()).slice(before).filter((line) => line.kind === "call");
    const { wabaId, phoneNumberId } = signed;
    const number = { wabaId, phoneNumberId };
    expect(calls).toMatchObject([
      { effect: "exchange", path: "/oauth/access_token", wabaId, phoneNumberId: null, answer: 200 },
      { effect: "subscribe", method: "POST", path: `/${wabaId}/subscribed_apps`, wabaId, phoneNumberId: null, answer: 200 },
      { effect: "register", path: `/${phoneNumberId}/register`, ...number, answer: 200 },
      { effect: "register", ...number, answer: 400, error: 133005 },
      { effect: "pin", path: `/${phoneNumberId}`, ...number, answer: 200 },
    ]);
    const text = JSON.stringify(calls);
    for (const secret of [signed.token, PIN.pin, "999111", "000000"]) expect(text).not.toContain(secret);
    expect(Object.keys(calls[0] ?? {}).slice(0, 3)).toEqual(["seq", "at", "kind"]);
  });
});

describe("changes Meta makes", () => {
  const change = (body: JsonObject) => bench.control("account", { wabaId: signed.wabaId, ...body });
  const last = (field: string) =>
    bench.receiver
      .changes(field)
      .filter(({ entryId }) => entryId === signed.wabaId)
      .at(-1)?.value;
  const arrives = async (field: string) => {
    await until(() => last(field) !== undefined);
    return last(field);
  };

  it("are told to subscribed apps only", async () => {
    expect((await change({ field: "review", value: "PENDING" })).body).toMatchObject({ sent: false });
    await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
    expect((await change({ field: "review", value: "REJECTED" })).body).toMatchObject({
      sent: true,
      field: "account_review_update",
    });
    expect(await arrives("account_review_update")).toEqual({ decision: "REJECTED" });
    expect((await read("account_review_status", signed.wabaId)).account_review_status).toBe("REJECTED");
  });

  it("change the world with them", async () => {
    await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
    await register();
    await change({ field: "quality", value: "RED" });
    expect(await arrives("phone_number_quality_update")).toMatchObject({ event: "FLAGGED", current_limit: "TIER_250" });
    await change({ field: "phone_number_name_update", value: { decision: "REJECTED", requested_verified_name: "Loja X" } });
    expect(await arrives("phone_number_name_update")).toMatchObject({ rejection_reason: "NAME_NOT_CONSISTENT" });
    await change({ field: "capability", value: 2000 });
    expect(await arrives("business_capability_update")).toMatchObject({ max_daily_conversations_per_business: 2000 });
    expect(await read("quality_rating,name_status,whatsapp_business_manager_messaging_limit")).toMatchObject({
      quality_rating: "RED",
      name_status: "DECLINED",
      whatsapp_business_manager_messaging_limit: "TIER_2K",
    });
    await change({ field: "restriction", value: "RESTRICTED_CUSTOMER_INITIATED_MESSAGING" });
    expect(await arrives("account_update")).toMatchObject({ event: "ACCOUNT_RESTRICTION" });
    const text = { messaging_product: "whatsapp", to: "5511900000002", type: "text", text: { body: "x" } };
    expect(errorOf(await post("/messages", text))).toBe("368");
    await change({ field: "restriction", value: "NONE" });
    expect((await post("/messages", text)).status).toBe(200);
    await change({ field: "account_update", value: { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE" } } });
    expect(errorOf(await post("/messages", text))).toBe("131031");
    expect((await bench.control("account", { field: "review", wabaId: "1" })).status).toBe(404);
  });

  it("tells of a new PIN", async () => {
    await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
    await post("", { pin: "123123" });
    expect(await arrives("security")).toMatchObject({ event: "PIN_CHANGED" });
  });

  it("takes access away, and gives it back", async () => {
    const { wabaId, businessId, token } = signed;
    await bench.graph("POST", `/${wabaId}/subscribed_apps`, undefined, token);
    await bench.control("partner", {
      event: "PARTNER_REMOVED",
      wabaId,
      ownerBusinessId: businessId,
      reason: "PRIMARY_INACTIVITY",
    });
    const removed = () =>
      bench.receiver
        .changes("account_update")
        .find(({ value }) => value.event === "PARTNER_REMOVED" && asObject(value.waba_info).waba_id === wabaId);
    await until(() => removed() !== undefined);
    expect(removed()).toMatchObject({
      entryId: bench.sandbox.context.world.partnerId,
      value: { disconnection_info: { reason: "PRIMARY_INACTIVITY" }, waba_info: { owner_business_id: businessId } },
    });
    expect(errorOf(await bench.graph("GET", `/${wabaId}`, undefined, token))).toBe("100/33");
    await bench.control("grant", { wabaId });
    expect((await bench.graph("GET", `/${wabaId}`, undefined, token)).status).toBe(200);
    expect((await bench.graph("GET", `/${wabaId}/subscribed_apps`, undefined, token)).body).toEqual({ data: [] });
    await bench.control("partner", { event: "ACCOUNT_DELETED", wabaId });
    expect(errorOf(await bench.graph("GET", `/${signed.phoneNumberId}`, undefined, token))).toBe("100/33");
  });

  it("honours the fields the app is subscribed to", async () => {
    const { world } = bench.sandbox.context;
    const body = {
      object: "whatsapp_business_account",
      callback_url: bench.receiver.url,
      verify_token: "verify",
      fields: "messages,security",
    };
    expect((await bench.asApp("POST", `/${world.app.id}/subscriptions`, body)).body).toEqual({ success: true });
    await bench.graph("POST", `/${signed.wabaId}/subscribed_apps`, undefined, signed.token);
    expect((await change({ field: "review", value: "APPROVED" })).body).toMatchObject({ sent: false });
    const listed = await bench.asApp("GET", `/${world.app.id}/subscriptions`);
    expect(listed.body.data).toMatchObject([{ fields: [{ name: "messages" }, { name: "security" }] }]);
    world.app.fields = undefined;
  });
});
