import { expect, test } from "vitest";
import { readSignupMessage } from "@/components/onboarding/signup-message";

const ORIGINS = ["https://www.facebook.com"];
const message = (event: string, data: object) => JSON.stringify({ type: "WA_EMBEDDED_SIGNUP", event, version: 3, data });
const read = (data: unknown, origin = "https://www.facebook.com") => readSignupMessage(origin, data, ORIGINS);

test("each way a signup ends is read, with what is there", () => {
  expect(read(message("FINISH", { phone_number_id: "300", waba_id: "200", business_id: "400" }))).toMatchObject({
    event: "FINISH",
    wabaId: "200",
    phoneNumberId: "300",
  });
  expect(read(message("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", { waba_id: 200 }))).toMatchObject({
    wabaId: "200",
    phoneNumberId: null,
  });
  expect(read(message("CANCEL", { current_step: "PHONE_NUMBER_SETUP" }))).toMatchObject({ currentStep: "PHONE_NUMBER_SETUP" });
  expect(read(message("CANCEL", { error_message: "Oops", error_code: "524126" }))).toMatchObject({
    errorMessage: "Oops",
    errorCode: "524126",
  });
  expect(read(message("ERROR", { error_id: "7" }))).toMatchObject({ errorCode: "7" });
});

test("only the listed origin is heard, not one that looks like it", () => {
  const finish = message("FINISH", { waba_id: "200" });
  for (const origin of [
    "https://evilfacebook.com",
    "https://www.facebook.com.evil.example",
    "http://www.facebook.com",
    "https://www.facebook.com:444",
    "null",
    "",
  ])
    expect(read(finish, origin), origin).toBeNull();
});

test("whatever else arrives on the channel is left alone, and nothing that is no id passes for one", () => {
  for (const data of [
    { type: "WA_EMBEDDED_SIGNUP" },
    "not json",
    "[]",
    "null",
    '{"type":"OTHER","event":"FINISH"}',
    message("finish", {}),
  ])
    expect(read(data)).toBeNull();
  expect(read(message("FINISH", { waba_id: "200/subscribed_apps", phone_number_id: ["3"] }))).toMatchObject({
    wabaId: null,
    phoneNumberId: null,
  });
  expect(read(JSON.stringify({ type: "WA_EMBEDDED_SIGNUP", event: "FINISH", data: "x" }))).toMatchObject({ wabaId: null });
  expect(read(message("CANCEL", { error_message: "x".repeat(5000) }))?.errorMessage?.length).toBe(500);
});
