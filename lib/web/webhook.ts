/** The intake mounted in Next, so that a one-process host works: the same function and the same bounds as the receiver's. */
import { ReadingRoom } from "@/lib/kernel/reading-room";
import { type Bounds, readBounded } from "@/lib/web/read-bounded";
import { MAX_BODY, MOST_PIECES_OF_BODY, MOST_READING, PIECE_COST, READ_TIMEOUT, receiveWebhook } from "@/lib/webhooks/intake";

/** One for all webhook addresses of the process: their bodies are unverified. */
const BOUNDS: Bounds = {
  deadlineMs: READ_TIMEOUT,
  room: new ReadingRoom(MOST_READING),
  pieceCost: PIECE_COST,
  mostPieces: MOST_PIECES_OF_BODY,
};

/** Makes the GET or POST handler of a webhook address. No session, no cross-site check: the signature is the door. */
export function webhook(): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const raw = request.method === "POST" ? await readBounded(request, MAX_BODY, BOUNDS) : null;
    const { status, body } = await receiveWebhook({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      signature: request.headers.get("x-hub-signature-256") ?? undefined,
      raw,
    });
    const headers = new Headers({ "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
    if (typeof raw === "string") headers.set("connection", "close"); // the rest of such a body is not wanted
    return new Response(body, { status, headers });
  };
}
