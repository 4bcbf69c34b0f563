import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { newId } from "@/lib/kernel/ids";
import { KekRing } from "@/lib/platform/crypto/key-ring";
import { env } from "@/lib/platform/env";
import { countKeys, rewrapKeys } from "@/lib/platform/key-inventory";
import { forgetKeys, intakeKekRing, orgKekRing, orgKeys } from "@/lib/platform/keys";
import { closePools, poolOf } from "@/lib/platform/pool";
import { makeOrganisation } from "@/lib/testing/factory";

afterAll(closePools);

const named = (spec: string, id: string) => (spec.includes(":") ? spec : `${id}:${spec}`);
const fresh = randomBytes(32).toString("hex");
const before = named(env().TOKEN_ENCRYPTION_KEY, "k1");
const beforeIntake = named(env().INTAKE_KEY, "k1");
/** The old keys stay in the ring while others still wrap with them. */
const forth = { organisations: new KekRing(`next:${fresh},${before}`), intake: new KekRing(`next:${fresh},${beforeIntake}`) };
const back = { organisations: new KekRing(`${before},next:${fresh}`), intake: new KekRing(`${beforeIntake},next:${fresh}`) };

const rowsOf = async (ids: string[]) =>
  (
    await poolOf("owner").query<{ org_id: string; id: string; kek_id: string; wrapped: Buffer }>(
      "select org_id, id, kek_id, wrapped from data_keys where id = any($1) order by id",
      [ids],
    )
  ).rows;

test("keys wrapped anew are the same keys, open meanwhile for who holds both, and are not wrapped twice", async () => {
  const org = await makeOrganisation();
  const { data, index, audit } = await orgKeys(org.id);
  const ids = [data.id, index.id, audit.id].sort();
  const sealed = data && (await orgKeys(org.id)).seal("contacts", "name_sealed", org.id, "Sari");
  expect(await rewrapKeys(forth, ids)).toEqual({ rewrapped: 3, unopened: 0 });
  expect(await rewrapKeys(forth, ids)).toEqual({ rewrapped: 0, unopened: 0 });
  for (const row of await rowsOf(ids)) {
    expect(row.kek_id).toBe("next");
    const key = { kekId: row.kek_id, wrapped: row.wrapped };
    expect(() => orgKekRing().unwrap(row.org_id, row.id, key)).toThrow(); // this process was not given the new one
    expect(forth.organisations.unwrap(row.org_id, row.id, key).id).toBe(row.id);
  }
  expect((await countKeys()).find((c) => c.store === "organisations" && c.purpose === "data" && c.kekId === "next")?.keys).toBe(
    1,
  );
  expect(await rewrapKeys(back, ids)).toEqual({ rewrapped: 3, unopened: 0 });
  forgetKeys();
  expect((await orgKeys(org.id)).openText("contacts", "name_sealed", org.id, sealed)).toBe("Sari");
});

test("a key whose key-encryption key is missing is left as it is, and counted", async () => {
  const org = await makeOrganisation();
  const { data, index, audit } = await orgKeys(org.id);
  const ids = [data.id, index.id, audit.id].sort();
  const stored = await rowsOf(ids);
  const stranger = { organisations: new KekRing(`other:${fresh}`), intake: forth.intake };
  expect(await rewrapKeys(stranger, ids)).toEqual({ rewrapped: 0, unopened: 3 });
  expect(await rowsOf(ids)).toEqual(stored);
});

test("an intake key and the endpoints that carry it are wrapped anew together", async () => {
  const id = newId("endpoint");
  const keyId = newId("dataKey");
  const { kekId, wrapped } = intakeKekRing().mint("intake", keyId);
  const owner = poolOf("owner");
  await owner.query("insert into intake_keys (id, purpose, day, kek_id, wrapped) values ($1, 'body', '1999-01-01', $2, $3)", [
    keyId,
    kekId,
    wrapped,
  ]);
  // with a secret that does not open it stays under its key, whoever readies the intake meanwhile
  await owner.query(
    "insert into intake_endpoints (id, key, intake_key_id, intake_kek_id, intake_key_wrapped, secret_sealed) values ($1, $2, $3, $4, $5, '\\x00')",
    [id, `test-${id}`, keyId, kekId, wrapped],
  );
  try {
    expect(await rewrapKeys(forth, [keyId])).toEqual({ rewrapped: 2, unopened: 0 });
    const { rows } = await owner.query(
      "select k.kek_id, i.intake_kek_id from intake_keys k join intake_endpoints i on i.intake_key_id = k.id where k.id = $1",
      [keyId],
    );
    expect(rows).toEqual([{ kek_id: "next", intake_kek_id: "next" }]);
  } finally {
    await owner.query("delete from intake_endpoints where id = $1", [id]);
    await owner.query("delete from intake_keys where id = $1", [keyId]);
  }
});
