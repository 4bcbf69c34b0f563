/** Broken on purpose: policies that look at what is read and let anything be written. */

const TENANT = "org_id = nullif(current_setting('app.org_id', true), '')::uuid";

/** The statements that take the check away from some tables' policies. */
export const takeCheckAway = (tables: readonly string[]): string =>
  tables.map((t) => `drop policy tenant on ${t}; create policy tenant on ${t} using (${TENANT}) with check (true);`).join("\n");

/** The other way to forget it: the policy says nothing about writing at all. */
export const forgetCheck = (tables: readonly string[]): string =>
  tables.map((t) => `drop policy tenant on ${t}; create policy tenant on ${t} using (${TENANT});`).join("\n");
