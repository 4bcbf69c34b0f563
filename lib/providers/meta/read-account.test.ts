import { expect, test } from "vitest";
import { standingOf, subscriptionOf } from "@/lib/providers/meta/read-account";

test("a number's webhooks go to its own address, else its account's, else the app's", () => {
  const all = {
    phone_number: "https://a.test/1",
    whatsapp_business_account: "https://a.test/2",
    application: "https://a.test/3",
  };
  const { phone_number: _, ...account } = all;
  expect(standingOf({ webhook_configuration: all }).callback).toBe("https://a.test/1");
  expect(standingOf({ webhook_configuration: account }).callback).toBe("https://a.test/2");
  expect(standingOf({ webhook_configuration: { application: "" } }).callback).toBe(null);
  expect(standingOf({}).callback).toBe(null);
});

test("health names whoever is in the way, and its codes", () => {
  const entities = [
    { entity_type: "PHONE_NUMBER", can_send_message: "AVAILABLE" },
    { entity_type: "WABA", can_send_message: "BLOCKED", errors: [{ error_code: 141006 }, "odd"] },
  ];
  expect(standingOf({ health_status: { can_send_message: "BLOCKED", entities } }).health).toEqual({
    can: "BLOCKED",
    limitedBy: ["WABA"],
    codes: [141006],
  });
  expect(standingOf({}).health).toBe(null);
  expect(standingOf({ health_status: "odd" }).health).toEqual({ can: null, limitedBy: [], codes: [] });
});

test("the subscription to WhatsApp accounts counts, whatever form its fields have", () => {
  const fields = [{ name: "messages", version: "v26.0" }, "account_update", 7, null, {}];
  const data = [
    { object: "user", callback_url: "https://no.test", fields: [] },
    { object: "whatsapp_business_account", active: true, callback_url: "https://a.test", fields },
  ];
  expect(subscriptionOf({ data })).toEqual({ callback: "https://a.test", fields: ["messages", "account_update"] });
  expect(subscriptionOf({})).toEqual({ callback: null, fields: [] });
});
