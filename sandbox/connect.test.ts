import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asArray, asObject } from "./json";
import { APP_TOKEN, type Bench, errorOf, exchangePath, ONE, SECRET, startBench, TWO, until } from "./testing";

let bench: Bench;
let now = Date.now();
beforeAll(async () => {
  bench = await startBench({ now: () => now });
});
afterAll(() => bench.close());

const newCode = async (order: object = {}) => (await bench.control("signup", order)).body;
const proof = (token: string) => createHmac("sha256", SECRET).update(token).digest("hex");
const debug = async (token: string) => asObject((await bench.asApp("GET", `/debug_token?input_token=${token}`)).body.data);

describe("the exchange", () => {
  it("gives a business token for a code, by GET or POST, once", async () => {
    const { code, wabaId } = await newCode();
    const first = await bench.graph("GET", exchangePath(code), undefined, "");
    expect(first).toMatchObject({ status: 200, body: { token_type: "bearer", expires_in: 60 * 86_400 } });
    expect(errorOf(await bench.graph("GET", exchangePath(code), undefined, ""))).toBe("100/36009");
    expect(await debug(String(first.body.access_token))).toMatchObject({
      is_valid: true,
      type: "SYSTEM_USER",
      granular_scopes: [{ scope: "whatsapp_business_management", target_ids: [wabaId] }, {}],
    });
    const { code: second } = await newCode({ tokenDays: 0 });
    const form = { client_id: bench.sandbox.context.world.app.id, client_secret: SECRET, code: second };
    const posted = await bench.graph("POST", "/oauth/access_token", form, "");
    expect(posted.body).toEqual({ access_token: expect.stringMatching(/^EAA/), token_type: "bearer" });
  });

  it("names what is wrong", async () => {
    const { code } = await newCode();
    const asked = async (path: string) => errorOf(await bench.graph("GET", path, undefined, ""));
    expect(await asked(exchangePath(code, "wrong"))).toBe("100");
    expect(await asked(exchangePath("AQBnothing"))).toBe("100");
    expect(await asked(`/oauth/access_token?client_id=1&client_secret=${SECRET}&code=${code}`)).toBe("101");
    expect(await asked(`${exchangePath(code)}&redirect_uri=https%3A%2F%2Fa.test`)).toBe("100/36008");
    expect(await asked(exchangePath((await newCode({ codeAgeMs: 31_000 })).code))).toBe("100/36007");
    expect(await asked(exchangePath((await newCode({ codeUsed: true })).code))).toBe("100/36009");
    now += 31_000;
    expect(await asked(exchangePath(code))).toBe("100/36007");
  });
});

describe("tokens", () => {
  it("are told apart by debug_token, for the app only", async () => {
    expect(errorOf(await bench.graph("GET", `/debug_token?input_token=${ONE.accessToken}`))).toBe("100");
    expect(await debug(ONE.accessToken)).toMatchObject({ is_valid: true, expires_at: 0, issued_at: 1_790_000_000 });
    expect(await debug("nobody")).toMatchObject({ is_valid: false, error: { code: 190 } });
    expect(await debug(encodeURIComponent(APP_TOKEN))).toMatchObject({ is_valid: true, type: "APP" });
  });

  it("expire, are revoked and restored", async () => {
    const { token, phoneNumberId } = await bench.signUp({ flow: "coexistence", phoneNumberId: "310" });
    const read = async () => errorOf(await bench.graph("GET", `/${phoneNumberId}`, undefined, token));
    expect(await read()).toBe("undefined");
    await bench.control("tokens/expire", { accessToken: token });
    expect(await read()).toBe("190/463");
    expect(await debug(token)).toMatchObject({ is_valid: false, error: { code: 190, subcode: 463 } });
    await bench.control("tokens/restore", { accessToken: token });
    expect(await read()).toBe("undefined");
    expect((await bench.control("tokens/revoke", { accessToken: token })).body).toEqual({ revoked: true });
    expect((await bench.control("tokens/revoke", { accessToken: token })).body).toEqual({ revoked: false });
    expect(await read()).toBe("190/458");
    await bench.control("tokens/restore", { accessToken: token });
    await bench.control("tokens/revoke", { accessToken: token, subcode: 467 });
    expect(await debug(token)).toMatchObject({ error: { subcode: 467 } });
  });

  it("run out by the clock", async () => {
    const { token, wabaId } = await bench.signUp({ tokenDays: 1 });
    expect((await bench.graph("GET", `/${wabaId}`, undefined, token)).status).toBe(200);
    now += 86_400_001;
    expect(errorOf(await bench.graph("GET", `/${wabaId}`, undefined, token))).toBe("190/463");
  });

  it("open their own accounts only", async () => {
    const { token, wabaId, phoneNumberId } = await bench.signUp();
    for (const path of [
      `/${ONE.wabaId}`,
      `/${ONE.phoneNumberId}`,
      `/${ONE.wabaId}/phone_numbers`,
      `/${ONE.wabaId}/subscribed_apps`,
    ]) {
      expect(errorOf(await bench.graph("GET", path, undefined, token))).toBe("100/33");
    }
    for (const path of [`/${phoneNumberId}/register`, `/${wabaId}/subscribed_apps`, `/${phoneNumberId}`]) {
      expect(errorOf(await bench.graph("POST", path, { messaging_product: "whatsapp", pin: "123456" }))).toBe("100/33");
    }
  });

  it("may miss the usual scope", async () => {
    const { token, wabaId } = await bench.signUp({ scopes: ["whatsapp_business_manage_events", "whatsapp_business_messaging"] });
    expect((await debug(token)).granular_scopes).toEqual([
      { scope: "whatsapp_business_manage_events", target_ids: [wabaId] },
      { scope: "whatsapp_business_messaging", target_ids: [wabaId] },
    ]);
  });

  it("are proved where a proof is given or compulsory", async () => {
    const path = (value: string) => `/${ONE.wabaId}?appsecret_proof=${value}`;
    expect((await bench.graph("GET", path(proof(ONE.accessToken)))).status).toBe(200);
    expect(errorOf(await bench.graph("GET", path(proof(TWO.accessToken))))).toBe("100");
    await bench.control("app", { requireProof: true });
    expect(errorOf(await bench.graph("GET", `/${ONE.wabaId}`))).toBe("100");
    expect((await bench.graph("GET", path(proof(ONE.accessToken)))).status).toBe(200);
    expect((await debug(ONE.accessToken)).is_valid).toBe(true);
    await bench.control("app", { requireProof: false });
  });
});

describe("a portfolio", () => {
  const system = () => bench.sandbox.context.world.app.systemUserToken ?? "";

  it("lists what is shared with us, to our system user only", async () => {
    const { world } = bench.sandbox.context;
    now += 60_000;
    const since = Math.floor(now / 1000) - 1;
    const { wabaId, token, businessId } = await bench.signUp({ businessName: "Lima Advogados" });
    const filter = encodeURIComponent(
      JSON.stringify([{ field: "creation_time", operator: "GREATER_THAN", value: String(since) }]),
    );
    const path = `/${world.partnerId}/client_whatsapp_business_accounts`;
    const listed = await bench.graph("GET", `${path}?filtering=${filter}&fields=id,owner_business_info`, undefined, system());
    expect(listed.body.data).toEqual([{ id: wabaId, owner_business_info: { id: businessId, name: "Lima Advogados" } }]);
    expect(asArray((await bench.graph("GET", path, undefined, system())).body.data).length).toBeGreaterThan(2);
    expect(errorOf(await bench.graph("GET", path, undefined, token))).toBe("100/33");
    const owned = await bench.graph("GET", `/${businessId}/owned_whatsapp_business_accounts`, undefined, token);
    expect(owned.body.data).toMatchObject([{ id: wabaId }]);
    expect(errorOf(await bench.graph("GET", `/${businessId}/owned_whatsapp_business_accounts`))).toBe("100/33");
    expect((await bench.graph("GET", `/${businessId}?fields=verification_status`, undefined, token)).body).toEqual({
      id: businessId,
      verification_status: "not_verified",
    });
    expect((await bench.graph("GET", `/${wabaId}`, undefined, system())).status).toBe(200);
    expect(errorOf(await bench.graph("DELETE", `/${wabaId}/subscribed_apps`, undefined, system()))).toBe("100/33");
  });

  it("gives the token of a lost signup, with proof and fetch_only", async () => {
    const lost = (await bench.control("signup", { flow: "lost" })).body;
    expect(lost).toMatchObject({ code: null, event: null });
    const path = `/${lost.businessId}/system_user_access_tokens`;
    const given = { appsecret_proof: proof(system()), fetch_only: true };
    expect(errorOf(await bench.graph("POST", path, { fetch_only: true }, system()))).toBe("100");
    expect(errorOf(await bench.graph("POST", path, { ...given, appsecret_proof: "bad" }, system()))).toBe("100");
    expect(errorOf(await bench.graph("POST", path, { appsecret_proof: given.appsecret_proof }, system()))).toBe("100");
    expect(errorOf(await bench.graph("POST", path, { ...given, appsecret_proof: proof(ONE.accessToken) }))).toBe("100/33");
    const { access_token: token } = (await bench.graph("POST", path, given, system())).body;
    expect((await bench.graph("GET", `/${lost.wabaId}/phone_numbers`, undefined, String(token))).body.data).toMatchObject([
      { id: lost.phoneNumberId },
    ]);
    expect((await bench.graph("POST", path, given, system())).body.access_token).toBe(token);
    await bench.control("partner", { event: "PARTNER_APP_UNINSTALLED", wabaId: lost.wabaId });
    expect(errorOf(await bench.graph("POST", path, given, system()))).toBe("100/33");
    expect(errorOf(await bench.graph("GET", `/${lost.wabaId}`, undefined, String(token)))).toBe("190/458");
  });
});

describe("a signup", () => {
  it("is told to our portfolio, before or after the browser", async () => {
    const about = (wabaId: unknown) =>
      bench.receiver.changes("account_update").filter(({ value }) => asObject(value.waba_info).waba_id === wabaId);
    const early = (await bench.control("signup", { partnerDelayMs: -30 })).body;
    expect(about(early.wabaId).map(({ entryId, value }) => [entryId, value.event])).toEqual([
      [bench.sandbox.context.world.partnerId, "PARTNER_ADDED"],
      [bench.sandbox.context.world.partnerId, "PARTNER_APP_INSTALLED"],
    ]);
    expect(asObject(about(early.wabaId)[0]?.value.waba_info)).toEqual({
      waba_id: early.wabaId,
      owner_business_id: early.businessId,
    });
    const late = (await bench.control("signup", { partnerDelayMs: 60 })).body;
    expect(about(late.wabaId)).toEqual([]);
    await until(() => about(late.wabaId).length === 2);
  });

  it("names what the browser would hear", async () => {
    const done = await newCode({ businessName: "A", displayPhone: "+55 11 98888-0001" });
    expect(done.event).toEqual({
      type: "WA_EMBEDDED_SIGNUP",
      event: "FINISH",
      version: 3,
      data: {
        phone_number_id: done.phoneNumberId,
        waba_id: done.wabaId,
        business_id: done.businessId,
        ad_account_ids: [],
        page_ids: [],
        dataset_ids: [],
      },
    });
    const only = await newCode({ flow: "only_waba" });
    expect(only.event).toMatchObject({ event: "FINISH_ONLY_WABA", data: { waba_id: only.wabaId } });
    expect(only.phoneNumberId).toBeUndefined();
    const lie = await newCode({ claimWabaId: ONE.wabaId });
    expect(lie.event).toMatchObject({ data: { waba_id: ONE.wabaId } });
    expect(lie.wabaId).not.toBe(ONE.wabaId);
    const both = await newCode({ flow: "coexistence" });
    expect(both.event).toMatchObject({ event: "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", data: { waba_id: both.wabaId } });
    expect(Object.keys(asObject(asObject(both.event).data))).toEqual(["waba_id"]);
    expect((await bench.control("signup", { flow: "no" })).status).toBe(400);
  });

  it("takes what exists, a second account too, and never a stranger's", async () => {
    const first = await bench.signUp({ businessId: "410", wabaId: "210" });
    const again = await bench.signUp({ businessId: "410", alsoWabaIds: ["210"] });
    expect(again.event).toMatchObject({ data: { waba_ids: [again.wabaId, "210"] } });
    expect(asObject(asArray((await debug(again.token)).granular_scopes)[0]).target_ids).toEqual([again.wabaId, "210"]);
    expect((await bench.signUp({ wabaId: "210" })).businessId).toBe("410");
    expect((await bench.control("signup", { businessId: "410", wabaId: ONE.wabaId })).status).toBe(409);
    expect((await bench.control("signup", { wabaId: "210", alsoWabaIds: [ONE.wabaId] })).status).toBe(404);
    expect((await bench.control("signup", { wabaId: "210", phoneNumberId: ONE.phoneNumberId })).status).toBe(409);
    expect((await bench.graph("GET", `/${again.wabaId}`, undefined, first.token)).status).toBe(400);
    expect((await bench.control("signup", { withToken: true })).body.accessToken).toMatch(/^EAA/);
  });
});
