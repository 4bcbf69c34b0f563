import { expect, test } from "vitest";
import { Secret } from "@/lib/kernel/secret";
import { accountsOf, clientTokens, metaAccounts } from "@/lib/providers/meta/accounts";

test("our own system user speaks for the platform only: a customer's app has no way to its tokens", () => {
  const own = accountsOf(() => ({ id: "1", secret: new Secret("s".repeat(32)) }));
  expect(Object.keys(clientTokens)).toEqual(["fetchClientToken"]);
  for (const port of [own, metaAccounts]) expect(port).not.toHaveProperty("fetchClientToken");
  expect(Object.keys(own).sort()).toEqual(Object.keys(metaAccounts).sort());
});
