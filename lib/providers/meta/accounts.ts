/** Graph calls that connect a number. Each call carries the proof that we hold the app's secret. Source: Meta, Embedded Signup, "Onboarding customers as a Tech Provider". */
import { createHmac } from "node:crypto";
import { AppError } from "@/lib/kernel/errors";
import { Secret } from "@/lib/kernel/secret";
import { seconds } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import { callHttp, HttpFailure } from "@/lib/platform/http";
import { base } from "@/lib/providers/meta/graph";
import { type Json, list, obj } from "@/lib/providers/meta/json";
import { accountOf, ID, numberOf, reportOf, standingOf, subscriptionOf, text, whole } from "@/lib/providers/meta/read-account";
import type { AccountAdmin, AccountAnswer, Callback, ClientTokens, RemoteNumber } from "@/lib/providers/ports";

const TOKEN_CODES = new Set([190, 102, 10, 200]);

/** The app a call speaks for. */
export interface MetaApp {
  id: string | undefined;
  secret: Secret;
}
const platformApp = (): MetaApp => ({ id: env().NEXT_PUBLIC_META_APP_ID, secret: new Secret(env().META_APP_SECRET) });
const appToken = ({ id, secret }: MetaApp) => new Secret(`${id}|${secret.open()}`);
const proofOf = ({ secret }: MetaApp, token: Secret) => createHmac("sha256", secret.open()).update(token.open()).digest("hex");

interface Call {
  app: MetaApp;
  method: "GET" | "POST" | "DELETE";
  path: string;
  token: Secret | null;
  query?: Record<string, string>;
  body?: Json;
}

async function call({ app, method, path, token, query = {}, body }: Call): Promise<AccountAnswer<Json>> {
  const proof: Record<string, string> = token ? { appsecret_proof: proofOf(app, token) } : {};
  // secrets never stand in an address: what is not a plain field goes into the body, which Graph reads alike; a DELETE has none
  const search = method !== "POST" ? `?${new URLSearchParams({ ...query, ...proof })}` : "";
  try {
    const answer = await callHttp({
      url: `${base()}/${path}${search}`,
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token.open()}` } : {}),
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
      },
      ...(method === "POST" ? { body: JSON.stringify({ ...body, ...proof }) } : {}),
      timeoutMs: seconds(20),
      pool: "human",
    });
    if (answer.status === 200) return { ok: true, value: obj(answer.json) };
    const error = obj(obj(answer.json).error);
    const [code, subcode] = [whole(error.code), whole(error.error_subcode)];
    if (answer.status >= 500 || code === null) return { ok: false, refusal: { kind: "transport", code, subcode } };
    const auth = answer.status === 401 || TOKEN_CODES.has(code) || (code === 100 && subcode === 33);
    return { ok: false, refusal: { kind: auth ? "auth" : "refused", code, subcode } };
  } catch (error) {
    if (error instanceof HttpFailure)
      return {
        ok: false,
        refusal: { kind: error.outcome === "not_sent" ? "not_sent" : "transport", code: null, subcode: null },
      };
    if (error instanceof AppError) return { ok: false, refusal: { kind: "not_sent", code: null, subcode: null } };
    throw error;
  }
}

/** Ids come from browsers and webhooks: anything else than digits would be a path of its own. */
function idPath(id: string, rest = ""): string {
  if (!ID.test(id)) throw new AppError("invalid", "provider_id");
  return `${id}${rest}`;
}

const then = <T>(answer: AccountAnswer<Json>, read: (json: Json) => T): AccountAnswer<T> =>
  answer.ok ? { ok: true, value: read(answer.value) } : answer;

const ACCOUNT_FIELDS = "id,name,owner_business_info,account_review_status,business_verification_status";
const NUMBER_FIELDS =
  "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,status,platform_type,throughput,is_on_biz_app,messaging_limit_tier,whatsapp_business_manager_messaging_limit";
const SYNC_TYPES = { contacts: "smb_app_state_sync", history: "history" } as const;
const PAGES = 20;

const overrideOf = ({ address, verifyToken }: Callback): Json => ({ override_callback_uri: address, verify_token: verifyToken });

/** The calls of one app, by its id and secret: a token is read, and every call proven, with these. */
export const accountsOf = (app: () => MetaApp): AccountAdmin => {
  const ask = (what: Omit<Call, "app">) => call({ app: app(), ...what });
  return {
    async exchangeCode(code) {
      const answer = await ask({
        method: "POST",
        path: "oauth/access_token",
        token: null,
        body: { client_id: app().id, client_secret: app().secret.open(), code },
      });
      if (!answer.ok) return answer;
      const token = text(answer.value.access_token);
      if (!token) return { ok: false, refusal: { kind: "transport", code: null, subcode: null } };
      return { ok: true, value: { token: new Secret(token), expiresInSeconds: whole(answer.value.expires_in) } };
    },
    async inspectToken(token) {
      return then(
        await ask({ method: "GET", path: "debug_token", token: appToken(app()), query: { input_token: token.open() } }),
        (json) => reportOf(obj(json.data), app().id),
      );
    },
    async readAccount(wabaId, token) {
      return then(await ask({ method: "GET", path: idPath(wabaId), token, query: { fields: ACCOUNT_FIELDS } }), accountOf);
    },
    async listNumbers(wabaId, token) {
      const out: RemoteNumber[] = [];
      let after: string | null = null;
      for (let page = 0; page < PAGES; page++) {
        const query: Record<string, string> = { fields: NUMBER_FIELDS, limit: "100", ...(after ? { after } : {}) };
        const answer: AccountAnswer<Json> = await ask({ method: "GET", path: idPath(wabaId, "/phone_numbers"), token, query });
        if (!answer.ok) return answer;
        // an answer without a list proves nothing
        if (!Array.isArray(answer.value.data)) break;
        out.push(...answer.value.data.map((n) => numberOf(obj(n))));
        const paging = obj(answer.value.paging);
        after = text(obj(paging.cursors).after);
        if (!paging.next || !after) return { ok: true, value: out };
      }
      return { ok: false, refusal: { kind: "transport", code: null, subcode: null } };
    },
    async readStanding(phoneNumberId, token) {
      const query = { fields: `${NUMBER_FIELDS},webhook_configuration,health_status` };
      return then(await ask({ method: "GET", path: idPath(phoneNumberId), token, query }), standingOf);
    },
    async readAppSubscription() {
      const path = idPath(app().id ?? "", "/subscriptions");
      return then(await ask({ method: "GET", path, token: appToken(app()) }), subscriptionOf);
    },
    async isSubscribed(wabaId, token) {
      return then(await ask({ method: "GET", path: idPath(wabaId, "/subscribed_apps"), token }), (json) =>
        list(json.data).some((entry) => text(obj(obj(entry).whatsapp_business_api_data).id) === app().id),
      );
    },
    async subscribe(wabaId, token) {
      return then(await ask({ method: "POST", path: idPath(wabaId, "/subscribed_apps"), token }), () => null);
    },
    async unsubscribe(wabaId, token) {
      return then(await ask({ method: "DELETE", path: idPath(wabaId, "/subscribed_apps"), token }), () => null);
    },
    async setAccountCallback(wabaId, to, token) {
      return then(
        await ask({ method: "POST", path: idPath(wabaId, "/subscribed_apps"), token, body: overrideOf(to) }),
        () => null,
      );
    },
    async setNumberCallback(phoneNumberId, to, token) {
      const body = { webhook_configuration: overrideOf(to) };
      return then(await ask({ method: "POST", path: idPath(phoneNumberId), token, body }), () => null);
    },
    async register(phoneNumberId, pin, token) {
      const body = { messaging_product: "whatsapp", pin };
      return then(await ask({ method: "POST", path: idPath(phoneNumberId, "/register"), token, body }), () => null);
    },
    async requestSync(phoneNumberId, kind, token) {
      const body = { messaging_product: "whatsapp", sync_type: SYNC_TYPES[kind] };
      return then(await ask({ method: "POST", path: idPath(phoneNumberId, "/smb_app_data"), token, body }), (json) => ({
        requestId: text(json.request_id),
      }));
    },
  };
};

/** The calls of the platform's own app. */
export const metaAccounts: AccountAdmin = accountsOf(platformApp);

/** What our own system user is given. */
export const clientTokens: ClientTokens = {
  async fetchClientToken(businessId) {
    const system = env().META_SYSTEM_USER_TOKEN;
    if (!system) return { ok: false, refusal: { kind: "not_sent", code: null, subcode: null } };
    const path = idPath(businessId, "/system_user_access_tokens");
    const token = new Secret(system);
    const answer = await call({ app: platformApp(), method: "POST", path, token, body: { fetch_only: true } });
    if (!answer.ok) return answer;
    const given = text(answer.value.access_token);
    if (!given) return { ok: false, refusal: { kind: "transport", code: null, subcode: null } };
    return { ok: true, value: new Secret(given) };
  },
};
