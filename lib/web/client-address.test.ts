import { expect, test } from "vitest";
import { clientAddress } from "@/lib/web/client-address";

test("an address is known only through proxies of ours, by what they added last", () => {
  expect(clientAddress("203.0.113.9", 0)).toBeNull();
  expect(clientAddress("203.0.113.9", 1)).toBe("203.0.113.9");
  expect(clientAddress("1.1.1.1, 203.0.113.9", 1)).toBe("203.0.113.9");
  expect(clientAddress("1.1.1.1, 203.0.113.9, 10.0.0.2", 2)).toBe("203.0.113.9");
  for (const forwarded of [undefined, null, "", "nonsense", "1.1.1.1, ", "1.1.1.1,<b>"])
    expect(clientAddress(forwarded, 1)).toBeNull();
  expect(clientAddress("203.0.113.9", 2)).toBeNull();
});

test("an IPv6 client is its /64, and a mapped IPv4 one is itself", () => {
  expect(clientAddress("2001:db8:1:2::1", 1)).toBe(clientAddress("2001:db8:1:2:ffff::9", 1));
  expect(clientAddress("2001:db8:1:2::1", 1)).not.toBe(clientAddress("2001:db8:1:3::1", 1));
  expect(clientAddress("::ffff:203.0.113.9", 1)).toBe("203.0.113.9");
});
