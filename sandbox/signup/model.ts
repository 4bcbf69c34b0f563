/** What a customer can do in the signup dialog, and the messages it posts to the page that opened it. Pure. */
import { ControlError } from "../control-error";
import { asArray, asObject, asText, type JsonObject } from "../json";

export const FLOWS = ["new", "only_waba", "coexistence", "lost"] as const;
export type Flow = (typeof FLOWS)[number];

/** The steps of the dialog, by the names `current_step` has. */
export const STEPS = [
  "BUSINESS_ACCOUNT_SELECTION",
  "WABA_PHONE_PROFILE_PICKER",
  "WHATSAPP_BUSINESS_PROFILE_SETUP",
  "PHONE_NUMBER_SETUP",
  "PHONE_NUMBER_VERIFICATION",
  "PERMISSIONS",
] as const;
export type Step = (typeof STEPS)[number];

export interface SignupOrder {
  flow: Flow;
  /** The number lives on the WhatsApp Business app; a lost signup may be of that sort too. */
  coexistence: boolean;
  /** An existing portfolio, or the id of the new one. */
  businessId?: string;
  businessName?: string;
  wabaId?: string;
  wabaName?: string;
  phoneNumberId?: string;
  displayPhone?: string;
  verifiedName?: string;
  country?: string;
  currency?: string;
  timezoneId?: string;
  /** Further accounts of the same portfolio to share; "another" takes any, or makes one. */
  alsoWabaIds: string[];
  /** Names another account in the event than the one shared: a lie the app has to find out. */
  claimWabaId?: string;
  partnerDelayMs?: number;
  /** How old the code is when it is handed over; it lives 30 s. */
  codeAgeMs: number;
  codeUsed: boolean;
  tokenDays?: number;
  /** Scopes of the token, where they differ from the usual two. */
  scopes: string[];
  /** Also exchange the code at once. */
  withToken: boolean;
  /** The number's two-step PIN from an earlier life, and whether its code was verified. */
  pin?: string;
  verified: boolean;
  /** verification_status of a new portfolio. */
  verification?: string;
}

const TEXTS = [
  "businessId",
  "businessName",
  "wabaId",
  "wabaName",
  "phoneNumberId",
  "displayPhone",
  "verifiedName",
  "country",
  "currency",
  "timezoneId",
  "pin",
  "claimWabaId",
  "verification",
] as const;
const NUMBERS = ["partnerDelayMs", "tokenDays"] as const;

/** @throws ControlError 400 for an unknown flow */
export function readOrder(input: JsonObject): SignupOrder {
  const flow = FLOWS.find((one) => one === (input.flow ?? "new"));
  if (!flow) throw new ControlError(400, `flow must be one of ${FLOWS.join(", ")}`);
  const texts = TEXTS.flatMap((name) => {
    const text = asText(input[name])?.trim();
    return text ? [[name, text]] : [];
  });
  const numbers = NUMBERS.flatMap((name) => (typeof input[name] === "number" ? [[name, input[name]]] : []));
  return {
    ...(Object.fromEntries([...texts, ...numbers]) as Partial<SignupOrder>), // the names above, with their types
    flow,
    coexistence: flow === "coexistence" || (flow === "lost" && input.coexistence === true),
    alsoWabaIds: asArray(input.alsoWabaIds).flatMap((id) => asText(id) ?? []),
    codeAgeMs: Math.max(0, Number(input.codeAgeMs ?? 0) || 0),
    codeUsed: input.codeUsed === true,
    scopes: asArray(input.scopes).flatMap((scope) => asText(scope) ?? []),
    withToken: input.withToken === true,
    verified: input.verified !== false,
  };
}

export interface Shared {
  businessId: string;
  wabaId: string;
  phoneNumberId?: string;
  alsoWabaIds: string[];
}

/** The message of a finished signup; coexistence names only the account. */
export function finishEvent(flow: Flow, { businessId, wabaId, phoneNumberId, alsoWabaIds }: Shared): JsonObject {
  const more = { ad_account_ids: [], page_ids: [], dataset_ids: [] };
  const many = alsoWabaIds.length > 0 ? { waba_ids: [wabaId, ...alsoWabaIds] } : {};
  if (flow === "coexistence") return message("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", { waba_id: wabaId });
  if (flow === "only_waba") return message("FINISH_ONLY_WABA", { waba_id: wabaId, business_id: businessId, ...many });
  const number = phoneNumberId === undefined ? {} : { phone_number_id: phoneNumberId };
  return message("FINISH", { ...number, waba_id: wabaId, business_id: businessId, ...more, ...many });
}

const message = (event: string, data: JsonObject): JsonObject => ({ type: "WA_EMBEDDED_SIGNUP", event, version: 3, data });

/** What the product hands to FB.login in `extras`, as far as the dialog looks at it. */
export interface Extras {
  coexistence: boolean;
  onlyWaba: boolean;
  businessName: string;
  displayName: string;
}

export function readExtras(extras: unknown): Extras {
  const given = asObject(extras);
  const setup = asObject(given.setup);
  return {
    coexistence: given.featureType === "whatsapp_business_app_onboarding",
    onlyWaba: given.featureType === "only_waba_sharing",
    businessName: asText(asObject(setup.business).name) ?? "",
    displayName: asText(asObject(setup.phone).displayName) ?? "",
  };
}
