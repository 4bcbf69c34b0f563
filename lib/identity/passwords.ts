/**
 * Password hashing: argon2id, 64 MiB, three passes, one lane, under a pepper; at most two hashes at once, since each takes
 * 64 MiB. The pepper comes from the key ring, so that a stolen table of hashes alone lets nobody guess.
 */
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { FairQueue } from "@/lib/identity/fair-queue";
import { orgKekRing } from "@/lib/platform/keys";

const OPTIONS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };
/** At a tenth of a second a hash, the whole queue is worked off within a sign-in's patience. */
const queue = new FairQueue({ atOnce: 2, perLane: 20, waiting: 120 });

const normal = (password: string) => password.normalize("NFKC");
const peppers = () => orgKekRing().derive("password.pepper");

/**
 * Hashes a password for storage, under the newest pepper.
 * @param lane whose work it is, see FairQueue
 * @throws AppError `unavailable` `busy`
 */
export const hashPassword = (password: string, lane = "") =>
  queue.run(lane, () => hash(normal(password), { ...OPTIONS, secret: peppers()[0] }));

/** `stale`: right, but hashed under an older pepper, none, or another cost, and due to be hashed anew. */
export type Verdict = "right" | "stale" | "wrong";

/** A random hash of our cost, of no password anyone knows. */
const NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$EwH/KUstddnuVwu0M8p4GA$lsJYjLjiZKRmMRAFaTWoKGVqTUJBlhUifQJXMAgd3f4";

/**
 * Checks a password. Without a stored hash the same work is done, so that an unknown address takes as long as a wrong password.
 * @param lane whose work it is, see FairQueue
 * @throws AppError `unavailable` `busy`
 */
export async function verifyPassword(stored: string | null, password: string, lane = ""): Promise<Verdict> {
  const verdict = await queue.run(lane, () => judge(stored ?? NOBODYS, normal(password)));
  return stored === null ? "wrong" : verdict;
}

async function judge(stored: string, password: string): Promise<Verdict> {
  const [newest, ...older] = peppers();
  if (await verify(stored, password, { secret: newest })) return isCurrent(stored) ? "right" : "stale";
  for (const secret of [...older, undefined]) if (await verify(stored, password, { secret })) return "stale";
  return "wrong";
}

function isCurrent(stored: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(stored);
  return memoryCost === OPTIONS.memoryCost && timeCost === OPTIONS.timeCost && parallelism === OPTIONS.parallelism;
}
