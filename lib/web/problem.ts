/** Refusals as HTTP: RFC 9457 problem responses with a code and a request id, never a raw error. */
import { AppError, type ErrorCode } from "@/lib/kernel/errors";
import { errorFields, log } from "@/lib/platform/log";

const STATUS: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  invalid: 422,
  conflict: 409,
  limit: 429,
  precondition: 412,
  unavailable: 503,
};
const TITLE: Record<ErrorCode, string> = {
  unauthenticated: "Not signed in",
  forbidden: "Not allowed",
  not_found: "Not found",
  invalid: "Not valid",
  conflict: "Changed meanwhile",
  limit: "Too many requests",
  precondition: "Not possible now",
  unavailable: "Not available",
};

/** Headers of every answer that may hold tenant data. */
export const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** The response to an error. The unforeseen is logged by class and answered as `unavailable` with status 500. */
export function problem(error: unknown, requestId: string, route: string): Response {
  const known = error instanceof AppError ? error : null;
  if (!known) log.error("request.failed", { requestId, route, ...errorFields(error) });
  else if (known.code === "unavailable")
    log.warn("request.unavailable", { requestId, route, detail: known.detail, ...errorFields(known.cause) });
  const code = known?.code ?? "unavailable";
  const status = known ? STATUS[known.code] : 500;
  const body = {
    type: "about:blank",
    title: TITLE[code],
    status,
    code,
    detail: known?.detail ?? "unforeseen",
    requestId,
    ...(known?.fields ? { fields: known.fields } : {}),
  };
  const headers: Record<string, string> = { ...PRIVATE, "content-type": "application/problem+json", "x-request-id": requestId };
  if (known?.retryAfter) headers["retry-after"] = String(known.retryAfter);
  return new Response(JSON.stringify(body), { status, headers });
}
