/** The phone's own addresses: the page, its script and style, the chat as JSON, live changes, files. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "../context";
import { sendBytes, sendJson } from "../http";
import { digitsOf } from "../json";
import { phonePage } from "./page";
import { SCRIPT } from "./script";
import { STYLE } from "./style";
import { chatList, chatView } from "./view";

const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Answers everything under /phone. */
export function answerPhone(ctx: Context, method: string, url: URL, request: IncomingMessage, response: ServerResponse): void {
  if (method !== "GET") {
    sendJson(response, 405, { error: "the phone's pages are read with GET; it writes through /_control" });
    return;
  }
  const business = url.searchParams.get("business") ?? "";
  const client = digitsOf(url.searchParams.get("client"));
  switch (url.pathname) {
    case "/phone":
    case "/phone/":
      sendBytes(response, 200, "text/html; charset=utf-8", phonePage(ctx.world, url.searchParams), PAGE_HEADERS);
      return;
    case "/phone/script.js":
      sendBytes(response, 200, "text/javascript; charset=utf-8", SCRIPT, { "cache-control": "no-cache" });
      return;
    case "/phone/style.css":
      sendBytes(response, 200, "text/css; charset=utf-8", STYLE, { "cache-control": "no-cache" });
      return;
    case "/phone/chats":
      sendJson(response, 200, chatList(ctx.world, business));
      return;
    case "/phone/chat":
      sendJson(response, 200, chatView(ctx.world, business, client, ctx.now()));
      return;
    case "/phone/events":
      live(ctx, business, client, request, response);
      return;
    default:
      file(ctx, url.pathname, response);
      return;
  }
}

/** Server-sent events: the whole chat after each change, many changes of a moment as one. */
function live(ctx: Context, business: string, client: string, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    connection: "keep-alive",
  });
  let queued = false;
  const push = () => {
    queued = false;
    response.write(`data: ${JSON.stringify(chatView(ctx.world, business, client, ctx.now()))}\n\n`);
  };
  const stop = ctx.world.watch(business, client, () => {
    if (queued) return;
    queued = true;
    setTimeout(push, 30);
  });
  const ping = setInterval(() => response.write(": still here\n\n"), 15_000);
  request.on("close", () => {
    clearInterval(ping);
    stop();
  });
  push();
}

/** Files of a chat, for the phone only; anything a browser might run is sent as a download. */
function file(ctx: Context, path: string, response: ServerResponse): void {
  const media = ctx.world.media.get(/^\/phone\/media\/(\w+)$/.exec(path)?.[1] ?? "");
  if (!media) {
    sendJson(response, 404, { error: "no such file" });
    return;
  }
  const inline = /^(image\/(png|jpeg|webp|gif)|audio\/|video\/)/.test(media.mime);
  sendBytes(response, 200, inline ? media.mime : "application/octet-stream", media.bytes, {
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": inline ? "inline" : "attachment",
  });
}
