/** Factories for tests and seeds: whole organisations with keys, people and numbers. Uses the owner's connection; never the product. */
import { randomBytes } from "node:crypto";
import { hashPassword, permissionsOf, type Role } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { asId, type Id, newId } from "@/lib/kernel/ids";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import { orgKekRing, orgKeys } from "@/lib/platform/keys";
import { poolOf } from "@/lib/platform/pool";

export interface MadeUser {
  id: Id<"user">;
  email: string;
  name: string;
  password: string;
  role: Role;
}
export interface MadeChannel {
  id: Id<"channel">;
  wabaId: string;
  phoneNumberId: string;
  /** Digits with country code. */
  displayPhone: string;
  accessToken: string;
}
export interface MadeOrganisation {
  id: Id<"organisation">;
  slug: string;
  name: string;
  users: MadeUser[];
  channels: MadeChannel[];
}
export interface OrganisationPlan {
  name?: string;
  slug?: string;
  undoSeconds?: number;
  users?: { name: string; email?: string; role: Role; locale?: "en" | "id" | "pt-BR" }[];
  channels?: { name?: string; wabaId?: string; phoneNumberId?: string; displayPhone?: string; accessToken?: string }[];
}

const owner = () => poolOf("owner");
const digits = (n: number) => Array.from(randomBytes(n), (b) => b % 10).join("");
/** A random provider id: 15 digits, as Meta's are. */
export const fakeMetaId = () => `1${digits(14)}`;

/** One password hash for all made people of a process: hashing takes 64 MiB and a good part of a second. */
let shared: Promise<{ password: string; hash: string }> | undefined;
const sharedPassword = () => {
  shared ??= (async () => {
    const password = randomBytes(12).toString("base64url");
    return { password, hash: await hashPassword(password) };
  })();
  return shared;
};

/**
 * Makes an organisation with keys, people and connected numbers.
 * @param ownPasswords true gives each person a password of their own (slow); else one is shared within the process
 */
export async function makeOrganisation(plan: OrganisationPlan = {}, ownPasswords = false): Promise<MadeOrganisation> {
  const id = newId("organisation");
  const slug = plan.slug ?? `org-${id.slice(-12)}`;
  const name = plan.name ?? `Organisation ${id.slice(-6)}`;
  await owner().query("insert into organisations (id, slug, name, undo_seconds) values ($1, $2, $3, $4)", [
    id,
    slug,
    name,
    plan.undoSeconds ?? 5,
  ]);
  for (const purpose of ["data", "index", "audit"]) {
    const keyId = newId("dataKey");
    const { kekId, wrapped } = orgKekRing().mint(id, keyId);
    await owner().query("insert into data_keys (org_id, id, purpose, kek_id, wrapped) values ($1, $2, $3, $4, $5)", [
      id,
      keyId,
      purpose,
      kekId,
      wrapped,
    ]);
  }
  const users: MadeUser[] = [];
  for (const person of plan.users ?? [{ name: "Olivia Owner", role: "owner" as const }]) {
    users.push(await makeUser(id, person, ownPasswords));
  }
  const keys = await orgKeys(id);
  const channels: MadeChannel[] = [];
  for (const channel of plan.channels ?? [{}]) channels.push(await makeChannel(id, keys, channel));
  return { id, slug, name, users, channels };
}

async function makeUser(orgId: string, person: NonNullable<OrganisationPlan["users"]>[number], own: boolean): Promise<MadeUser> {
  const id = newId("user");
  const email = person.email ?? `${person.role}-${id.slice(-12)}@example.test`;
  const fresh = randomBytes(12).toString("base64url");
  const { password, hash } = own ? { password: fresh, hash: await hashPassword(fresh) } : await sharedPassword();
  await owner().query("insert into users (id, email, name, password_hash, locale) values ($1, $2, $3, $4, $5)", [
    id,
    email,
    person.name,
    hash,
    person.locale ?? "en",
  ]);
  await owner().query("insert into memberships (org_id, user_id, role) values ($1, $2, $3)", [orgId, id, person.role]);
  return { id, email, name: person.name, password, role: person.role };
}

/** Connects a number to an organisation. */
export async function makeChannel(
  orgId: Id<"organisation">,
  keys: OrgKeys,
  plan: NonNullable<OrganisationPlan["channels"]>[number],
): Promise<MadeChannel> {
  const channel = {
    id: newId("channel"),
    wabaId: plan.wabaId ?? fakeMetaId(),
    phoneNumberId: plan.phoneNumberId ?? fakeMetaId(),
    displayPhone: plan.displayPhone ?? `1555${digits(7)}`,
    accessToken: plan.accessToken ?? `EAA${randomBytes(24).toString("base64url")}`,
  };
  await owner().query(
    "insert into account_proofs (org_id, waba_id, kind, proven_at) values ($1, $2, 'given', now()) on conflict do nothing",
    [orgId, channel.wabaId],
  );
  await owner().query(
    `insert into channels (org_id, id, waba_id, phone_number_id, name, display_phone_sealed, access_token_sealed) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      orgId,
      channel.id,
      channel.wabaId,
      channel.phoneNumberId,
      plan.name ?? "WhatsApp",
      keys.seal("channels", "display_phone_sealed", channel.id, channel.displayPhone),
      keys.seal("channels", "access_token_sealed", channel.id, channel.accessToken),
    ],
  );
  await owner().query("insert into channel_pace (org_id, channel_id) values ($1, $2)", [orgId, channel.id]);
  return channel;
}

/** A context of one of the made people, as a session would give it. */
export function ctxOf(org: MadeOrganisation, role: Role, now = new Date()): Ctx {
  const user = org.users.find((u) => u.role === role);
  if (!user) throw new Error(`no ${role} in ${org.slug}`);
  return {
    orgId: asId("organisation", org.id),
    actor: { kind: "user", userId: user.id },
    role,
    permissions: permissionsOf(role),
    now,
    requestId: "test",
  };
}
