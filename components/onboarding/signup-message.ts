/** Reads the window messages of Meta's signup. Other programs talk on the same channel: the origin is compared whole, the shape is checked. Pure. */

/** What a message says; ids are hints for the server, never facts. */
export interface SignupMessage {
  event: string;
  wabaId: string | null;
  phoneNumberId: string | null;
  currentStep: string | null;
  errorMessage: string | null;
  errorCode: string | null;
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);
const NAME = /^[A-Z_]{1,60}$/;
const ID = /^\d{1,32}$/;

function field(data: Record<string, unknown>, key: string, shape?: RegExp): string | null {
  const value = data[key];
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text === "" || (shape && !shape.test(text))) return null;
  return text.slice(0, 500);
}

/**
 * @param origin of the message event
 * @param data of the message event: a JSON string, when it is one of ours
 * @param origins whose messages count, such as `https://www.facebook.com`
 * @returns null for everything that is no signup message of one of these origins
 */
export function readSignupMessage(origin: string, data: unknown, origins: readonly string[]): SignupMessage | null {
  if (!origins.includes(origin) || typeof data !== "string") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isRecord(parsed) || parsed.type !== "WA_EMBEDDED_SIGNUP") return null;
  const event = field(parsed, "event", NAME);
  if (event === null) return null;
  const inner = isRecord(parsed.data) ? parsed.data : {};
  return {
    event,
    wabaId: field(inner, "waba_id", ID),
    phoneNumberId: field(inner, "phone_number_id", ID),
    currentStep: field(inner, "current_step", NAME),
    errorMessage: field(inner, "error_message"),
    errorCode: field(inner, "error_code")?.slice(0, 60) ?? field(inner, "error_id")?.slice(0, 60) ?? null,
  };
}
