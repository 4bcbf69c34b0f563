/** The closed list of ways a verb refuses; `lib/web` maps them to HTTP, `platform/jobs` to retry. */
export const ERROR_CODES = [
  "unauthenticated",
  "forbidden",
  "not_found",
  "invalid",
  "conflict",
  "limit",
  "precondition",
  "unavailable",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorOptionsMore {
  cause?: unknown;
  /** Field name to reason code, for forms: `{ email: "required" }`. */
  fields?: Record<string, string>;
  /** Seconds after which trying again may help. */
  retryAfter?: number;
}

/** A refusal the caller is meant to see. `detail` is a stable reason code such as `window_closed`, never a sentence or content. */
export class AppError extends Error {
  readonly fields?: Record<string, string>;
  readonly retryAfter?: number;
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: ErrorOptionsMore = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = "AppError";
    this.fields = options.fields;
    this.retryAfter = options.retryAfter;
  }
}

/** Shorthand for the answer to foreign, walled and missing ids alike. */
export const notFound = (what: string) => new AppError("not_found", what);
