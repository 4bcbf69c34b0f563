/** What a journey has found out so far: sealed as one value, opened only here. */
import { z } from "zod";
import type { Id } from "@/lib/kernel/ids";
import type { OrgKeys } from "@/lib/platform/crypto/org-keys";
import type { Sql } from "@/lib/platform/sql";

const RemoteNumber = z.object({
  id: z.string(),
  display: z.string(),
  verifiedName: z.string(),
  status: z.nullable(z.string()),
  platform: z.nullable(z.string()),
  codeVerification: z.nullable(z.string()),
  nameStatus: z.nullable(z.string()),
  quality: z.nullable(z.string()),
  limit: z.nullable(z.string()),
  throughput: z.nullable(z.string()),
  onBusinessApp: z.boolean(),
});

const Facts = z.object({
  hints: z.object({ wabaId: z.nullable(z.string()), phoneNumberId: z.nullable(z.string()) }),
  /** Where the person stopped in the pop-up, or what Meta said went wrong there; the provider's own words. */
  stopped: z.nullable(z.object({ step: z.nullable(z.string()), message: z.nullable(z.string()), code: z.nullable(z.string()) })),
  /** The customer's own app, on the manual path; kept as the organisation's only once Meta has confirmed it. */
  app: z.nullable(z.object({ id: z.string(), secret: z.string() })).default(null),
  /** What the token was fetched for, of all that it may open: a number proven by code says nothing of its owner's others. No report of a browser changes it. */
  onlyFor: z.nullable(z.object({ wabaId: z.string(), phoneNumberId: z.string() })).default(null),
  token: z.nullable(z.string()),
  tokenUserId: z.nullable(z.string()),
  /** Milliseconds since 1970; null means never. */
  tokenExpiresAt: z.nullable(z.number()),
  /** Accounts whose numbers the token reads. */
  proven: z.array(z.string()),
  wabaId: z.nullable(z.string()),
  accountName: z.nullable(z.string()),
  ownerBusinessId: z.nullable(z.string()).default(null),
  /** Whose press brought the token; of somebody with a link, who made it. */
  claimedBy: z.nullable(z.string()).default(null),
  /** When they pressed, each time something came back, in milliseconds since 1970: what spoke otherwise was there before. */
  pressedAt: z.array(z.number()).default([]),
  /** The second admin who let a claim pass. */
  approvedBy: z.nullable(z.string()).default(null),
  numbers: z.array(RemoteNumber),
  number: z.nullable(RemoteNumber),
  pin: z.nullable(z.string()),
});
export type Facts = z.infer<typeof Facts>;

export const NO_FACTS: Facts = {
  hints: { wabaId: null, phoneNumberId: null },
  stopped: null,
  app: null,
  onlyFor: null,
  token: null,
  tokenUserId: null,
  tokenExpiresAt: null,
  proven: [],
  wabaId: null,
  accountName: null,
  ownerBusinessId: null,
  claimedBy: null,
  pressedAt: [],
  approvedBy: null,
  numbers: [],
  number: null,
  pin: null,
};

const [TABLE, COLUMN] = ["onboarding_sessions", "facts_sealed"] as const;

export const sealFacts = (sql: Sql, id: Id<"onboarding">, facts: Facts): Buffer =>
  sql.keys.seal(TABLE, COLUMN, id, JSON.stringify(facts));

/** @throws SealError when they do not open */
export function openFacts(keys: OrgKeys, id: Id<"onboarding">, sealed: Buffer | null): Facts {
  return sealed ? Facts.parse(JSON.parse(keys.open(TABLE, COLUMN, id, sealed).toString())) : NO_FACTS;
}
