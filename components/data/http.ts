/** The one `fetch` of the browser. Everything goes to our own origin and comes back as JSON or as a problem (RFC 9457). */

/** A refusal or a failure, as the server put it; `offline` when no answer came at all. */
export class ProblemError extends Error {
  constructor(
    /** `unauthenticated`, `forbidden`, `not_found`, `invalid`, `conflict`, `limit`, `precondition`, `unavailable` or `offline`. */
    readonly code: string,
    /** Reason key, for the sentence shown. */
    readonly detail: string,
    readonly status: number,
    readonly requestId: string | null,
    /** Field name to reason key. */
    readonly fields: Readonly<Record<string, string>>,
    /** next-auth's way: the reason stands in the `error` of the `url` it answers with. */
    readonly refusal: string | null = null,
  ) {
    super(`${code}: ${detail}`);
    this.name = "ProblemError";
  }
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Options {
  signal?: AbortSignal | undefined;
  /** Sent form-encoded instead of as JSON. */
  form?: Record<string, string>;
  /** Lets the request outlive the page, for a last draft. */
  keepalive?: boolean;
}

let unauthenticated: () => void = () => {};
/** Says what happens when the server no longer knows the session. */
export const onUnauthenticated = (listener: () => void) => {
  unauthenticated = listener;
};

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
const asText = (value: unknown, fallback: string) => (typeof value === "string" && value ? value : fallback);

async function toProblem(response: Response): Promise<ProblemError> {
  const body = asRecord(await response.json().catch(() => null));
  const url = asText(body.url, "");
  const refusal = url.includes("error=") ? new URLSearchParams(url.slice(url.indexOf("?"))).get("error") : null;
  const fields = Object.entries(asRecord(body.fields)).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const code = asText(
    body.code,
    response.status === 401 ? "unauthenticated" : response.status >= 500 ? "unavailable" : "invalid",
  );
  return new ProblemError(
    code,
    asText(body.detail, code),
    response.status,
    asText(body.requestId, response.headers.get("x-request-id") ?? "") || null,
    Object.fromEntries(fields),
    refusal,
  );
}

/** Sends one request. Throws `ProblemError`; an aborted request throws the abort. */
export async function request(method: Method, path: string, body?: unknown, options: Options = {}): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-parley"] = "1";
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  if (options.keepalive) init.keepalive = true;
  if (options.form) init.body = new URLSearchParams(options.form);
  else if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError("offline", "offline", 0, null, {});
  }
  if (!response.ok) {
    const problem = await toProblem(response);
    if (problem.status === 401) unauthenticated();
    throw problem;
  }
  return response.json();
}
