/** The addresses a browser meets in a signup: the SDK, the dialog, and the forger. */
import type { ServerResponse } from "node:http";
import type { Context } from "../context";
import { PAGE_HEADERS, pageOf } from "../html";
import { sendBytes } from "../http";
import { tryJson } from "../json";
import { dialogPage } from "./dialog-page";
import { DIALOG_SCRIPT } from "./dialog-script";
import { FORGER_SCRIPT, forgerPage } from "./forger";
import { readExtras } from "./model";
import { sdkScript } from "./sdk";

/** Any locale, as at Meta: /en_US/sdk.js. Pages of every origin may load it. */
export const isSdk = (path: string): boolean => /^\/[a-z]{2}_[A-Z]{2}\/sdk\.js$/.test(path);

/** Is this an address of the signup? The dialog may carry a version. */
export const isSignup = (path: string): boolean =>
  isSdk(path) ||
  /^\/(v\d+\.\d+\/)?dialog\/oauth$/.test(path) ||
  path === "/dialog/script.js" ||
  /^\/forger(\/script\.js)?$/.test(path);

/** Answers everything `isSignup` names. @param host as the browser wrote it */
export function answerSignup(ctx: Context, url: URL, host: string, response: ServerResponse): void {
  if (isSdk(url.pathname)) sendScript(response, sdkScript(`http://${host}`), OF_EVERY_ORIGIN);
  else if (url.pathname === "/dialog/script.js") sendScript(response, DIALOG_SCRIPT);
  else if (url.pathname === "/forger/script.js") sendScript(response, FORGER_SCRIPT);
  else if (url.pathname === "/forger") sendPage(response, 200, forgerPage(url.searchParams));
  else dialog(ctx, url.searchParams, response);
}

const OF_EVERY_ORIGIN = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };

function dialog(ctx: Context, query: URLSearchParams, response: ServerResponse): void {
  const wrong = refusal(ctx, query);
  if (wrong !== undefined) {
    const body = `<main><section class="card"><h1>Something is wrong</h1><p role="alert">${wrong}</p></section></main>`;
    sendPage(response, 400, pageOf({ title: "Error", body, kind: "dialog" }));
    return;
  }
  const extras = readExtras(tryJson(query.get("extras") ?? "{}"));
  const about = { extras, channel: query.get("channel") ?? "", opener: query.get("origin") ?? "" };
  sendPage(response, 200, dialogPage(ctx.world, about, ctx.tune.signupOrder));
}

/** What Meta would refuse to show the dialog for. */
function refusal(ctx: Context, query: URLSearchParams): string | undefined {
  if (query.get("client_id") !== ctx.world.app.id)
    return "Invalid App ID: The provided app ID does not look like a valid app ID.";
  if (!query.get("config_id")) return "It looks like this app is not available: config_id is missing.";
  if (query.get("response_type") !== "code") return "response_type must be code.";
  return undefined;
}

function sendScript(response: ServerResponse, script: string, headers: { [name: string]: string } = {}): void {
  sendBytes(response, 200, "text/javascript; charset=utf-8", script, { "cache-control": "no-cache", ...headers });
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  sendBytes(response, status, "text/html; charset=utf-8", html, PAGE_HEADERS);
}
