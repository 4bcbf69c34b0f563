/** health_status: who in the chain from number to app keeps messages from being sent. Pure. */
import type { JsonObject } from "../json";
import type { Phone, Waba, World } from "../world";

type Can = "AVAILABLE" | "LIMITED" | "BLOCKED";
interface Part {
  entity_type: string;
  id: string;
  can_send_message: Can;
  additional_info?: string[];
  errors?: JsonObject[];
}

/** The health of a number, its account, its portfolio and the app. */
export function phoneHealth(world: World, phone: Phone): JsonObject {
  const waba = world.wabas.get(phone.wabaId);
  return summary([ofPhone(phone), ...(waba ? above(world, waba) : [])]);
}

/** The health of an account, its portfolio and the app. */
export const wabaHealth = (world: World, waba: Waba): JsonObject => summary(above(world, waba));

function summary(parts: Part[]): JsonObject {
  const worst = (["BLOCKED", "LIMITED"] as const).find((can) => parts.some((part) => part.can_send_message === can));
  return { can_send_message: worst ?? "AVAILABLE", entities: parts };
}

const above = (world: World, waba: Waba): Part[] => [
  ofWaba(waba),
  ofBusiness(world, waba.businessId),
  { entity_type: "APP", id: world.app.id, can_send_message: "AVAILABLE" },
];

function ofPhone(phone: Phone): Part {
  const part = { entity_type: "PHONE_NUMBER", id: phone.id };
  if (!phone.registered || phone.status === "DISCONNECTED") {
    return {
      ...part,
      can_send_message: "BLOCKED",
      errors: [blocked(141000, "The phone number is not registered.", "Register the phone number.")],
    };
  }
  if (["PENDING_REVIEW", "DECLINED", "EXPIRED"].includes(phone.nameStatus)) {
    return {
      ...part,
      can_send_message: "LIMITED",
      additional_info: [
        "Your display name has not been approved yet. Your message limit will increase after the display name is approved.",
      ],
    };
  }
  return { ...part, can_send_message: "AVAILABLE" };
}

function ofWaba(waba: Waba): Part {
  const part = { entity_type: "WABA", id: waba.id };
  if (waba.banState === "DISABLE" || waba.review === "REJECTED") {
    return {
      ...part,
      can_send_message: "BLOCKED",
      errors: [blocked(141001, "The WhatsApp Business Account is disabled.", "Appeal in Business Support Home.")],
    };
  }
  if (waba.unpaid) {
    return {
      ...part,
      can_send_message: "BLOCKED",
      errors: [blocked(141006, "There is a problem with the payment method.", "Add a payment method that works.")],
    };
  }
  if (waba.restrictions.length > 0) {
    return { ...part, can_send_message: "LIMITED", additional_info: waba.restrictions.map((one) => one.type) };
  }
  return { ...part, can_send_message: "AVAILABLE" };
}

function ofBusiness(world: World, businessId: string): Part {
  const part = { entity_type: "BUSINESS", id: businessId };
  if (world.portfolios.get(businessId)?.verification === "verified") return { ...part, can_send_message: "AVAILABLE" };
  return {
    ...part,
    can_send_message: "LIMITED",
    additional_info: ["The business has not been verified. Your message limit will increase after the business is verified."],
  };
}

const blocked = (error_code: number, error_description: string, possible_solution: string): JsonObject => ({
  error_code,
  error_description,
  possible_solution,
});
