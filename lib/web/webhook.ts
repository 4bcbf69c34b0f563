/** The intake mounted in Next, so that a one-process host works: the same function as the receiver's. */
import { readBounded } from "@/lib/web/read-bounded";
import { MAX_BODY, receiveWebhook } from "@/lib/webhooks/intake";

/** Makes the GET or POST handler of a webhook address. No session, no cross-site check: the signature is the door. */
export function webhook(): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const { status, body } = await receiveWebhook({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      signature: request.headers.get("x-hub-signature-256") ?? undefined,
      raw: request.method === "POST" ? await readBounded(request, MAX_BODY) : null,
    });
    return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
  };
}
