/** Puts the parts together behind one loopback HTTP server. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AccountStore, accountsPathOf } from "./accounts/store";
import { type Context, DEFAULT_TUNABLES, type Tunables } from "./context";
import { answerControl } from "./control/router";
import { ControlError } from "./control-error";
import { Faults } from "./faults";
import { authenticate, sees, tokenOf } from "./graph/access";
import { GraphError } from "./graph/errors";
import { Limits } from "./graph/limits";
import { type Reply, traceHeaders } from "./graph/messages";
import { exchange } from "./graph/oauth";
import { answerGraph, type GraphCall } from "./graph/router";
import { WebhookSender } from "./hooks/sender";
import { readBytes, readFields, sendBytes, sendJson } from "./http";
import { asText, type JsonObject, tryJson } from "./json";
import { Ledger } from "./ledger";
import { mediaByLink } from "./media";
import { answerMeta } from "./meta/router";
import { answerPhone } from "./phone/router";
import { seededRandom } from "./random";
import { remember } from "./remember";
import type { SandboxState } from "./settings";
import { answerSignup, isSdk, isSignup } from "./signup/router";
import { Timers } from "./timers";
import { answerUnleash, isUnleash, newFlags } from "./unleash";
import { World } from "./world";

export interface Sandbox {
  port: number;
  origin: string;
  context: Context;
  close: () => Promise<void>;
}

export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number;
  state: SandboxState;
  ledgerPath?: string;
  tune?: Partial<Tunables>;
  now?: () => number;
  retryMs?: readonly number[];
}

/** Starts the sandbox on 127.0.0.1 and resolves when it listens. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { ledger, earlier } = await Ledger.open(options.ledgerPath);
  const app = { ...options.state.app, callbackUrl: options.state.callbackUrl };
  const world = new World(app, options.state.templates, options.now);
  for (const business of options.state.businesses) world.addBusiness(business, true);
  const accounts = new AccountStore(world, options.ledgerPath && accountsPathOf(options.ledgerPath));
  accounts.load();
  remember(world, options.state.conversations ?? [], earlier);
  const [faults, timers] = [new Faults(), new Timers()];
  const tune: Tunables = { ...DEFAULT_TUNABLES, telling: {}, requireProof: app.requireProof === true, ...options.tune };
  const hooks = new WebhookSender(world, faults, ledger, timers, tune, options.retryMs);
  let origin = "";
  const context: Context = {
    world,
    accounts,
    faults,
    ledger,
    hooks,
    timers,
    tune,
    random: seededRandom(Date.now()),
    now: options.now ?? Date.now,
    origin: () => origin,
    tagAttempts: new Map(),
    limits: new Limits(),
    flags: newFlags(),
    asked: [],
  };
  const server = http.createServer((request, response) => {
    void handle(context, request, response).catch((error: unknown) => {
      console.error("sandbox: unforeseen", error);
      if (!response.headersSent) sendJson(response, 500, { error: { message: "sandbox failure", code: 1 } });
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  origin = `http://127.0.0.1:${port}`;
  const close = async () => {
    timers.clear();
    hooks.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await accounts.save();
    await ledger.close();
  };
  return { port, origin, context, close };
}

async function handle(ctx: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", ctx.origin());
  if (!isLocal(request, url.pathname))
    return sendJson(response, 403, { error: "only pages and programs of this machine may call the sandbox" });
  const method = request.method ?? "GET";
  if (method === "GET" && isSignup(url.pathname)) return answerSignup(ctx, url, request.headers.host ?? "", response);
  if (method === "GET" && /^\/meta(\/|$)/.test(url.pathname)) return answerMeta(ctx, url.pathname, response);
  if (url.pathname === "/") return redirect(response, "/phone");
  if (url.pathname === "/phone" || url.pathname.startsWith("/phone/")) return answerPhone(ctx, method, url, request, response);
  const bytes = await readBytes(request);
  if (isUnleash(url.pathname)) return answerUnleash(ctx.flags, method, url.pathname, request, response);
  if (url.pathname.startsWith("/_control/")) return control(ctx, method, url, bytes, response);
  await graph(ctx, method, url, bytes, request, response);
}

const LOCAL = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** No other site a person has open may drive the sandbox, nor a name that was pointed at this machine. */
function isLocal(request: IncomingMessage, path: string): boolean {
  const { origin, host } = request.headers;
  if (!LOCAL.test(host ?? "")) return false;
  return origin === undefined || origin === `http://${host}` || (request.method === "GET" && isSdk(path)); // any page loads the SDK
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location });
  response.end();
}

async function control(ctx: Context, method: string, url: URL, bytes: Buffer, response: ServerResponse): Promise<void> {
  try {
    const text = bytes.toString("utf8");
    const body = text === "" ? {} : tryJson(text);
    if (body === undefined) throw new ControlError(400, "the body is not JSON");
    const answer = await answerControl(ctx, {
      method,
      name: url.pathname.slice("/_control/".length),
      query: url.searchParams,
      body,
    });
    if ("ndjson" in answer) sendBytes(response, answer.status, "application/x-ndjson", answer.ndjson);
    else sendJson(response, answer.status, answer.json);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}

const MOST_ASKED = 10_000;

async function graph(
  ctx: Context,
  method: string,
  url: URL,
  bytes: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  ctx.asked.push(`${method} ${url.pathname}${url.search}`);
  if (ctx.asked.length > MOST_ASKED) ctx.asked.shift();
  try {
    const path = url.pathname
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
    if (path[0] === "lookaside") return download(ctx, url, request, response);
    if (/^v\d+\.\d+$/.test(path[0] ?? "")) path.shift();
    const query: JsonObject = Object.fromEntries(url.searchParams);
    const body = readFields(bytes, request.headers["content-type"] ?? "");
    const fields = { ...query, ...body?.fields };
    const token = tokenOf(request.headers.authorization, fields);
    const open = path.join("/") === "oauth/access_token" && (method === "GET" || method === "POST");
    // a stranger learns nothing about the form of his body
    if (!open) authenticate(ctx, token, asText(fields.appsecret_proof));
    if (!body) throw new GraphError(100, undefined, { message: "(#100) The request body is not a JSON object" });
    const here = new URL(url.pathname, ctx.origin());
    const call: GraphCall = { method, path, query: url.searchParams, fields, files: body.files, token, here };
    if (open) return perform(response, { do: "answer", status: 200, body: await exchange(ctx, call) });
    perform(response, await answerGraph(ctx, call));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    sendJson(response, error.status, error.body(), traceHeaders());
  }
}

/** Carries out a reply: an answer, a broken line, or silence until the caller gives up. */
function perform(response: ServerResponse, reply: Reply): void {
  if (reply.do === "reset") {
    const { socket } = response;
    if (socket) socket.resetAndDestroy();
    else response.destroy();
    return;
  }
  if (reply.do === "hang") {
    const timer = setTimeout(() => response.destroy(), reply.ms);
    response.on("close", () => clearTimeout(timer));
    return;
  }
  if (typeof reply.body === "string") {
    sendBytes(response, reply.status, "text/html", reply.body, traceHeaders());
    return;
  }
  sendJson(response, reply.status, reply.body, traceHeaders());
}

/** The file behind a media link: the token is needed here too, and must open the account of the file. */
function download(ctx: Context, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const access = authenticate(
    ctx,
    tokenOf(request.headers.authorization, { access_token: asText(url.searchParams.get("access_token")) }),
    asText(url.searchParams.get("appsecret_proof")),
    false,
  );
  const media = mediaByLink(ctx, url.searchParams);
  const owner = media && ctx.world.phones.get(media.phoneNumberId);
  if (!media || !owner || access.kind !== "business" || !sees(ctx.world, access, owner.wabaId, "GET")) {
    sendBytes(response, 404, "text/html", "<html><body>URL signature expired</body></html>");
    return;
  }
  sendBytes(response, 200, media.mime, media.bytes);
}
