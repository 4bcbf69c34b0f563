import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ChangeList } from "@/components/channels/change-list";
import onboarding from "@/lib/web/i18n/locales/en/onboarding.json";
import standing from "@/lib/web/i18n/locales/en/standing.json";

const textOf = (what: string, state: string, value: string | null): string => {
  const to = { state, cause: null, value };
  const changes = [{ id: "1", at: "2026-11-26T00:00:00.000Z", what, source: "provider", from: null, to }];
  const list = createElement(ChangeList, { changes });
  const intl = { locale: "en" as const, timeZone: "UTC", messages: { standing, onboarding }, children: list };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, intl)).replace(/<[^>]*>/g, "|");
};

test("what Meta tells stands in words, with its end; a word nobody knows as it was told", () => {
  const restricted = textOf("account", "ACCOUNT_RESTRICTION", "2026-09-28, RESTRICTED_BIZ_INITIATED_MESSAGING, ODD_KIND");
  expect(restricted).toContain("The account at Meta");
  expect(restricted).toContain("Meta has restricted the account (until Sep 28, 2026, conversations cannot be started, ODD_KIND)");
  expect(textOf("security", "PIN_CHANGED", null)).toContain("The PIN was changed");
  expect(textOf("alert", "NEVER_HEARD_OF", "CRITICAL")).toContain("NEVER_HEARD_OF (urgent)");
  expect(textOf("name", "fail", "DECLINED")).toContain("To be done (DECLINED)");
  expect(textOf("tier", "pass", "TIER_2K")).toContain("In order (Up to 2,000)");
  expect(textOf("callback", "pass", "hooks.example.org")).toContain("In order (hooks.example.org)");
  expect(textOf("tier", "unknown", "TIER_NOT_SET")).toContain("(TIER_NOT_SET)");
});
