import { measurePages } from "../scripts/bundle-size.mjs";
import { expect, test } from "./desk";
import { personOf, webUrl } from "./seed";

test("everything fetched in the first five seconds stays within its budget", async ({ browser }) => {
  const { email, password } = personOf("admin");
  for (const { page, bytes, limit } of await measurePages(browser, { baseURL: webUrl, email, password })) {
    expect(bytes, `${page}: gzipped scripts`).toBeLessThanOrEqual(limit);
  }
});
