/** What the sandbox is started with: environment and state file, read once, every fault named at once. */
import { readBusiness } from "./control/router";
import { asArray, asMoment, asObject, asText, digitsOf, isObject, type JsonObject, tryJson } from "./json";
import { parseTemplate, type Template } from "./templates";
import type { AppSettings, BusinessInput } from "./world";

/** A chat that existed before the sandbox did: opens the window and shows on the phone. */
export interface EarlierChat {
  phoneNumberId: string;
  client: string;
  name?: string;
  lastInboundAt?: number;
  messages: { direction: "in" | "out"; text: string; at: number; wamid?: string; read?: boolean }[];
}

export interface SandboxState {
  app: AppSettings;
  callbackUrl?: string;
  businesses: BusinessInput[];
  templates?: Template[];
  conversations?: EarlierChat[];
}

export interface Settings {
  port: number;
  ledgerPath: string;
  state: SandboxState;
}

/**
 * @param env the process environment
 * @param readFile reads the state file
 * @throws Error whose message lists every fault, one a line
 */
export function parseSettings(env: { [name: string]: string | undefined }, readFile: (path: string) => string): Settings {
  const faults: string[] = [];
  const port = Number(env.SANDBOX_PORT ?? 4010);
  if (!Number.isInteger(port) || port < 0 || port > 65535) faults.push("SANDBOX_PORT is not a port number");
  let state: SandboxState | undefined;
  if (!env.SANDBOX_STATE) faults.push("SANDBOX_STATE is missing: the path of the JSON file with app, callbackUrl and businesses");
  else {
    try {
      state = parseState(tryJson(readFile(env.SANDBOX_STATE)));
    } catch (error) {
      faults.push(`SANDBOX_STATE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0 || !state) throw new Error(faults.join("\n"));
  return { port, ledgerPath: env.SANDBOX_LEDGER || ".data/sandbox-ledger.ndjson", state };
}

/** @throws Error when the file is no JSON object or lacks the app's id, secret or verifyToken */
export function parseState(input: unknown): SandboxState {
  if (!isObject(input)) throw new Error("the file is not a JSON object");
  const app = asObject(input.app);
  const [id, secret, verifyToken] = [asText(app.id), asText(app.secret), asText(app.verifyToken)];
  if (!id || !secret || !verifyToken) throw new Error("app needs id, secret and verifyToken");
  const optional = ["previousSecret", "partnerId", "systemUserToken", "deauthorizeUrl", "dataDeletionUrl"] as const;
  const given = optional.flatMap((name) => (asText(app[name]) === undefined ? [] : [[name, asText(app[name])]]));
  const templates = asArray(input.templates).map((one) => parseTemplate(one));
  return {
    app: {
      id,
      secret,
      verifyToken,
      requireProof: app.requireProof === true,
      ...(Object.fromEntries(given) as Partial<AppSettings>),
    }, // names of `optional`, all texts
    ...(asText(input.callbackUrl) === undefined ? {} : { callbackUrl: asText(input.callbackUrl) }),
    businesses: asArray(input.businesses).map(readBusiness),
    ...(templates.length > 0 ? { templates } : {}),
    conversations: asArray(input.conversations).filter(isObject).map(readChat),
  };
}

function readChat(input: JsonObject): EarlierChat {
  const messages = asArray(input.messages)
    .filter(isObject)
    .map((one) => ({
      direction: one.direction === "out" ? ("out" as const) : ("in" as const),
      text: asText(one.text) ?? "",
      at: asMoment(one.at) ?? 0,
      ...(asText(one.wamid) === undefined ? {} : { wamid: asText(one.wamid) }),
      ...(one.read === true ? { read: true } : {}),
    }));
  return {
    phoneNumberId: asText(input.phoneNumberId) ?? "",
    client: digitsOf(input.client ?? input.from),
    ...(asText(input.name) === undefined ? {} : { name: asText(input.name) }),
    ...(asMoment(input.lastInboundAt) === undefined ? {} : { lastInboundAt: asMoment(input.lastInboundAt) }),
    messages,
  };
}
