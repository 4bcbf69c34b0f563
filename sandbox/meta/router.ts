/** The page at /meta, its script, and the style it shares with the dialog. */
import type { ServerResponse } from "node:http";
import type { Context } from "../context";
import { PAGE_HEADERS } from "../html";
import { sendBytes, sendJson } from "../http";
import { metaPage } from "./page";
import { META_SCRIPT } from "./script";
import { STYLE } from "./style";

/** Answers everything under /meta. */
export function answerMeta(ctx: Context, path: string, response: ServerResponse): void {
  const cached = { "cache-control": "no-cache" };
  if (path === "/meta") sendBytes(response, 200, "text/html; charset=utf-8", metaPage(ctx.world, ctx.now()), PAGE_HEADERS);
  else if (path === "/meta/script.js") sendBytes(response, 200, "text/javascript; charset=utf-8", META_SCRIPT, cached);
  else if (path === "/meta/style.css") sendBytes(response, 200, "text/css; charset=utf-8", STYLE, cached);
  else sendJson(response, 404, { error: "no such page" });
}
