/** The intake mounted on plain `node:http`: reads the raw body under a cap and a time limit. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { ReadingRoom } from "@/lib/kernel/reading-room";
import { receiveWebhook } from "@/lib/webhooks/intake/intake";
import { MAX_BODY, MOST_PIECES_OF_BODY, MOST_READING, PIECE_COST, READ_TIMEOUT } from "@/lib/webhooks/intake/model";

/** Server options that bound how long headers and body may take to arrive. */
export const WEBHOOK_SERVER = { requestTimeout: READ_TIMEOUT, headersTimeout: READ_TIMEOUT, connectionsCheckingInterval: 2000 };

/** Request listener for the webhook addresses; `other` answers everything else (health, metrics). */
export function webhookListener(other: RequestListener): RequestListener {
  return (req, res) => {
    const url = req.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    if (!path.startsWith("/api/")) return other(req, res);
    const query = req.method === "GET" ? new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)) : NO_QUERY;
    void answerRequest(req, res, path, query);
  };
}

const NO_QUERY = new URLSearchParams();
const NOTHING = { "content-length": 0 };

async function answerRequest(req: IncomingMessage, res: ServerResponse, path: string, query: URLSearchParams): Promise<void> {
  const raw = req.method === "POST" ? await readBody(req) : null;
  if (raw === "aborted") return;
  const signature = req.headers["x-hub-signature-256"];
  const { status, body } = await receiveWebhook({
    method: req.method ?? "GET",
    path,
    query,
    signature: typeof signature === "string" ? signature : undefined,
    raw,
  });
  if (status === 200 && body === "") return void res.writeHead(200, NOTHING).end();
  // whoever is refused begins anew: neither the rest of a body nor a queue of further requests is wanted
  if (typeof raw === "string" || status === 401) res.setHeader("connection", "close");
  res.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(body) });
  res.end(body);
}

const room = new ReadingRoom(MOST_READING);

function readBody(req: IncomingMessage): Promise<Buffer | "too_large" | "too_slow" | "aborted"> {
  if (Number(req.headers["content-length"] ?? 0) > MAX_BODY) {
    req.resume();
    return Promise.resolve("too_large");
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let open = true;
    const end = (result: Buffer | "too_large" | "too_slow" | "aborted") => {
      if (!open) return;
      open = false;
      room.leave(place);
      resolve(result);
    };
    const place = room.enter(() => {
      chunks.length = 0;
      end("too_slow");
    });
    req.on("data", (chunk: Buffer) => {
      if (!open) return;
      size += chunk.length;
      room.add(place, chunk.length + PIECE_COST);
      if (size > MAX_BODY || chunks.length === MOST_PIECES_OF_BODY) return end("too_large");
      chunks.push(chunk);
    });
    req.on("end", () => end(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
    req.on("close", () => end("aborted"));
    req.on("error", () => end("aborted"));
  });
}
