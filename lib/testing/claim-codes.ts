/** Numbers that are nobody's and the codes that prove them; for tests only. */
import { systemCtx } from "@/lib/kernel/ctx";
import { dueClaims, getNumbers, makeClaimCode, settleClaim } from "@/lib/onboarding";
import { poolOf } from "@/lib/platform/pool";
import { ctxOf, fakeMetaId, type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { deliver, drain, echoChange, envelopeOf } from "@/lib/testing/webhooks";

const owner = () => poolOf("owner");
export const ADMINS = [
  { name: "Olivia", role: "owner" as const },
  { name: "Adi", role: "admin" as const },
  { name: "Lina", role: "lawyer" as const },
];
export const withTwoAdmins = () => makeOrganisation({ channels: [], users: ADMINS });
export const alone = () => makeOrganisation({ channels: [] });
export const made = (org: MadeOrganisation, role: "owner" | "admin" = "owner") => makeClaimCode(ctxOf(org, role));
export const account = () => ({ wabaId: fakeMetaId(), phoneNumberId: fakeMetaId() });
export type Account = ReturnType<typeof account>;

/** What the worker does of what it finds due. */
export async function settle(...orgs: MadeOrganisation[]): Promise<void> {
  await drain(...orgs.map((o) => o.id));
  for (const { orgId, claimId } of await dueClaims())
    if (orgs.some((o) => o.id === orgId)) await settleClaim(systemCtx(orgId, "test"), { claimId });
}
/** The number's phone sends a text. */
export async function send({ wabaId, phoneNumberId }: Account, text: string, more: object = {}): Promise<void> {
  const status = await deliver(envelopeOf(wabaId, echoChange(phoneNumberId, text, more)));
  if (status !== 200) throw new Error(`the intake answered ${status}`);
}
/** States of an organisation's codes, oldest first. */
export const stateOf = async (org: MadeOrganisation): Promise<string[]> =>
  (await owner().query("select state from claim_codes where org_id = $1 order by id", [org.id])).rows.map((r) => r.state);
export const proofs = async (org: MadeOrganisation) =>
  (
    await owner().query("select waba_id, kind, owner_business_id from account_proofs where org_id = $1 order by waba_id", [
      org.id,
    ])
  ).rows;
/** What an admin is shown of them. */
export const claims = async (org: MadeOrganisation, role: "owner" | "admin" = "owner") =>
  (await getNumbers(ctxOf(org, role))).claims.map(({ state, mine, phone }) => ({ state, mine, phone }));
