/** Errors as the Graph API writes them. Pure. */
import { newTraceId } from "../ids";
import type { JsonObject } from "../json";

/** HTTP status, message and usual details of the codes this sandbox gives (meta: error-codes page). */
export const ERRORS: { [code: number]: { status: number; message: string; details?: string } } = {
  4: { status: 400, message: "Application request limit reached" },
  100: { status: 400, message: "Invalid parameter" },
  101: { status: 400, message: "Error validating application. Cannot get application info due to a system error." },
  190: { status: 401, message: "Invalid OAuth access token - Cannot parse access token" },
  368: { status: 403, message: "Temporarily blocked for policies violations" },
  2200: { status: 400, message: "Callback verification failed" },
  130429: {
    status: 400,
    message: "Rate limit hit",
    details: "Message failed to send because there were too many messages sent from this phone number in a short period of time",
  },
  131000: { status: 500, message: "Something went wrong", details: "Something went wrong." },
  131008: { status: 400, message: "Required parameter is missing" },
  131009: { status: 400, message: "Parameter value is not valid" },
  131021: { status: 400, message: "Recipient cannot be sender", details: "Recipient phone number must be different from sender" },
  131026: { status: 400, message: "Message undeliverable", details: "Message Undeliverable." },
  131031: { status: 403, message: "Business Account locked", details: "The account has been locked or disabled." },
  131047: {
    status: 400,
    message: "Re-engagement message",
    details: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
  },
  131049: { status: 400, message: "This message was not delivered to maintain healthy ecosystem engagement." },
  131050: {
    status: 400,
    message: "User has stopped marketing messages",
    details: "The user has chosen to stop receiving marketing messages from this business.",
  },
  131051: { status: 400, message: "Unsupported message type", details: "Message type is currently not supported." },
  131053: { status: 400, message: "Media upload error" },
  131056: {
    status: 400,
    message: "(Business Account, Consumer Account) pair rate limit hit",
    details: "Too many messages sent from this phone number to the same phone number.",
  },
  131059: { status: 400, message: "Invalid paging cursor" },
  131062: { status: 400, message: "Business-scoped user id is not allowed for this message" },
  132000: { status: 400, message: "Number of parameters does not match the expected number of params" },
  132001: { status: 404, message: "Template name does not exist in the translation" },
  132005: { status: 400, message: "Translated text too long" },
  132012: { status: 400, message: "Parameter format does not match format in the created template" },
  132015: { status: 400, message: "Template is paused", details: "Template is paused due to low quality." },
  132016: { status: 400, message: "Template is disabled" },
  133005: { status: 400, message: "Two step verification PIN Mismatch", details: "The two-step verification PIN is incorrect." },
  133006: {
    status: 400,
    message: "Phone number re-verification needed",
    details: "The phone number must be verified before it can be registered.",
  },
  133008: {
    status: 400,
    message: "Too Many two step verification PIN Guesses",
    details: "Too many two-step verification PIN guesses. Try again after one hour.",
  },
  133009: { status: 400, message: "Two step verification PIN Guessed Too Fast", details: "Wait before you try the PIN again." },
  133010: { status: 400, message: "Phone number not registered", details: "The account is not registered." },
  133015: {
    status: 400,
    message: "Please wait a few minutes before attempting to register this phone number",
    details: "The phone number was deleted recently. Wait 5 minutes before you register it.",
  },
  133016: {
    status: 400,
    message: "Account register/deregister rate limit exceeded",
    details: "The number was registered or deregistered too many times: at most 10 times in 72 hours.",
  },
  136024: { status: 400, message: "Verify code error" },
  2593107: {
    status: 400,
    message: "Synchronization request limit exceeded",
    details: "This synchronization was requested already.",
  },
  2593108: {
    status: 400,
    message: "Synchronization request made outside of the allowed time window",
    details: "The synchronization must be requested within 24 hours of onboarding.",
  },
  132018: { status: 400, message: "Param text cannot have new-line/tab characters or more than 4 consecutive spaces" },
};

/** A refusal of the Graph API. */
export class GraphError extends Error {
  readonly status: number;

  constructor(
    readonly code: number,
    readonly details?: string,
    private readonly options: { subcode?: number; message?: string; status?: number } = {},
  ) {
    super(options.message ?? `(#${code}) ${ERRORS[code]?.message ?? "Error"}`);
    this.status = options.status ?? ERRORS[code]?.status ?? 400;
  }

  /** The answer's body; each call has a trace id of its own. */
  body(): JsonObject {
    const details = this.details ?? ERRORS[this.code]?.details;
    return {
      error: {
        message: this.message,
        type: this.code === 100 && this.options.subcode === 33 ? "GraphMethodException" : "OAuthException",
        code: this.code,
        ...(this.options.subcode === undefined ? {} : { error_subcode: this.options.subcode }),
        ...(details === undefined ? {} : { error_data: { messaging_product: "whatsapp", details } }),
        fbtrace_id: newTraceId(),
      },
    };
  }
}

/** What Graph says about an id that does not exist or belongs to somebody else: no difference can be seen. */
export const unknownObject = (method: string, id: string): GraphError =>
  new GraphError(100, undefined, {
    subcode: 33,
    message: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
  });
