/** For the sandbox's own tests: a sandbox in this process, a receiver that keeps what it gets, and the calls between. */
import { createHmac } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { asArray, asObject, type JsonObject } from "./json";
import { type Sandbox, type SandboxOptions, startSandbox } from "./server";

export const SECRET = "app-secret-for-tests";
export const ONE = {
  wabaId: "200100000000001",
  phoneNumberId: "300100000000001",
  displayPhone: "+1 555 010 0001",
  name: "One",
  accessToken: "EAAone",
};
export const TWO = {
  wabaId: "200100000000002",
  phoneNumberId: "300100000000002",
  displayPhone: "+1 555 010 0002",
  name: "Two",
  accessToken: "EAAtwo",
};
export const ANA = "5511977770001";

export interface Delivered {
  bytes: Buffer;
  signature: string;
  valid: boolean;
  body: JsonObject;
}

export interface Receiver {
  url: string;
  deliveries: Delivered[];
  /** Statuses and messages of all deliveries, in order of arrival. */
  statuses: () => JsonObject[];
  messages: () => JsonObject[];
  /** Changes of one field: the value, and `entry.id`. */
  changes: (field: string) => { entryId: unknown; value: JsonObject }[];
  /** Decides the answer; 200 unless set. */
  answer: (delivery: Delivered) => number;
  close: () => Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("error", () => {});
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://receiver");
      if (request.method === "GET") {
        const known = url.searchParams.get("hub.verify_token") === "verify";
        response.writeHead(known ? 200 : 403).end(known ? url.searchParams.get("hub.challenge") : "");
        return;
      }
      const bytes = Buffer.concat(parts);
      const signature = String(request.headers["x-hub-signature-256"] ?? "");
      const valid = signature === `sha256=${createHmac("sha256", SECRET).update(bytes).digest("hex")}`;
      const delivery = { bytes, signature, valid, body: parse(bytes) };
      receiver.deliveries.push(delivery);
      response.writeHead(receiver.answer(delivery)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const values = () =>
    receiver.deliveries.flatMap((one) =>
      asArray(one.body.entry).flatMap((entry) =>
        asArray(asObject(entry).changes).map((change) => asObject(asObject(change).value)),
      ),
    );
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries: [],
    statuses: () => values().flatMap((value) => asArray(value.statuses).map(asObject)),
    messages: () => values().flatMap((value) => asArray(value.messages).map(asObject)),
    changes: (field) =>
      receiver.deliveries.flatMap(({ body }) =>
        asArray(body.entry)
          .map(asObject)
          .flatMap((entry) =>
            asArray(entry.changes)
              .map(asObject)
              .flatMap((change) => (change.field === field ? [{ entryId: entry.id, value: asObject(change.value) }] : [])),
          ),
      ),
    answer: () => 200,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

function parse(bytes: Buffer): JsonObject {
  try {
    return asObject(JSON.parse(bytes.toString("utf8")));
  } catch {
    return {};
  }
}

export interface Bench {
  sandbox: Sandbox;
  receiver: Receiver;
  control: (path: string, body?: unknown, method?: string) => Promise<{ status: number; body: JsonObject }>;
  /** A Graph call; the token of ONE unless another is named. */
  graph: (method: string, path: string, body?: unknown, token?: string) => Promise<{ status: number; body: JsonObject }>;
  /** Sends a text of ONE. */
  text: (to: string, body: string, tag?: string) => Promise<{ status: number; body: JsonObject }>;
  /** A Graph call of the app itself. */
  asApp: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: JsonObject }>;
  /** A signup without a browser, its code exchanged. */
  signUp: (order?: JsonObject) => Promise<Signed>;
  ledger: () => Promise<JsonObject[]>;
  close: () => Promise<void>;
}

export interface Signed {
  businessId: string;
  wabaId: string;
  phoneNumberId: string;
  token: string;
  event: JsonObject;
}

export const APP_ID = "500100000000001";
export const APP_TOKEN = `${APP_ID}|${SECRET}`;

/** The code and subcode of a refusal. */
export const errorOf = ({ body }: { body: JsonObject }): string => {
  const { code, error_subcode } = asObject(body.error);
  return error_subcode === undefined ? String(code) : `${code}/${error_subcode}`;
};

/** The address of an exchange. */
export const exchangePath = (code: unknown, secret = SECRET): string =>
  `/oauth/access_token?client_id=${APP_ID}&client_secret=${secret}&code=${String(code)}`;

/** A sandbox with two businesses, quick timings and a receiver. */
export async function startBench(options: Partial<SandboxOptions> = {}): Promise<Bench> {
  const receiver = await startReceiver();
  const sandbox = await startSandbox({
    port: 0,
    state: {
      app: { id: APP_ID, secret: SECRET, verifyToken: "verify" },
      callbackUrl: receiver.url,
      businesses: [ONE, TWO],
    },
    retryMs: [0, 20, 20, 20, 20],
    ...options,
    tune: { latencyMs: [0, 0], sentMs: [1, 5], deliveredMs: [1, 5], partnerMs: [0, 0], syncMs: 1, ...options.tune },
  });
  const call = async (method: string, path: string, body: unknown, headers: { [name: string]: string }) => {
    const response = await fetch(sandbox.origin + path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: parse(Buffer.from(await response.arrayBuffer())) };
  };
  const graph: Bench["graph"] = (method, path, body, token = ONE.accessToken) =>
    call(method, `/v26.0${path}`, body, token === "" ? {} : { authorization: `Bearer ${token}` });
  const control: Bench["control"] = (path, body, method = body === undefined ? "GET" : "POST") =>
    call(method, `/_control/${path}`, body, {});
  return {
    sandbox,
    receiver,
    graph,
    control,
    asApp: (method, path, body) => graph(method, path, body, APP_TOKEN),
    signUp: async (order = {}) => {
      const { body } = await control("signup", order);
      const token = await graph("GET", exchangePath(body.code), undefined, "");
      return { ...body, token: token.body.access_token } as unknown as Signed; // the control API's answer, by its contract
    },
    text: (to, body, tag) =>
      graph("POST", `/${ONE.phoneNumberId}/messages`, {
        messaging_product: "whatsapp",
        to,
        type: "text",
        text: { body },
        ...(tag ? { biz_opaque_callback_data: tag } : {}),
      }),
    ledger: async () => {
      const text = await (await fetch(`${sandbox.origin}/_control/ledger?since=0`)).text();
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => asObject(JSON.parse(line)));
    },
    close: async () => {
      await sandbox.close();
      await receiver.close();
    },
  };
}

/** Waits until the condition holds, at most two seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 2000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("waited two seconds in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
