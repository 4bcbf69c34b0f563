/** Structured logs to stdout: an event name and fields on one line. Bodies, phones, names and tokens are never fields; redaction is the second net. */
import pino from "pino";

const HIDDEN = [
  "authorization",
  "cookie",
  "token",
  "secret",
  "password",
  "code",
  "body",
  "text",
  "phone",
  "wa_id",
  "name",
  "from",
  "to",
  "wamid",
];

const root = pino({
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: { paths: HIDDEN.flatMap((f) => [f, `*.${f}`]), censor: "[redacted]" },
});

export type Fields = Record<string, string | number | boolean | null | undefined>;

/** Log one event: `log.info("message.accepted", { outboxId })`. */
export const log = {
  info: (event: string, fields: Fields = {}) => root.info(fields, event),
  warn: (event: string, fields: Fields = {}) => root.warn(fields, event),
  error: (event: string, fields: Fields = {}) => root.error(fields, event),
};

/** What may be logged of an unforeseen error: its class, driver code and where it was thrown; never its message, which may quote content. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code;
  const at = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    reason: typeof code === "string" || typeof code === "number" ? String(code) : undefined,
    at: at?.trim().slice(0, 160),
  };
}
