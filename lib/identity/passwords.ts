/**
 * Password hashing: argon2id, 64 MiB, three passes, one lane, under a pepper; at most two hashes at once, since each takes
 * 64 MiB. The pepper comes from the key ring, so that a stolen table of hashes alone lets nobody guess.
 */
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { AppError } from "@/lib/kernel/errors";
import { orgKekRing } from "@/lib/platform/keys";

const OPTIONS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };
const AT_ONCE = 2;
const QUEUE = 20;

let running = 0;
const waiting: (() => void)[] = [];
async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= QUEUE) throw new AppError("limit", "too_many_attempts", { retryAfter: 5 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

const normal = (password: string) => password.normalize("NFKC");
const peppers = () => orgKekRing().derive("password.pepper");

/** Hashes a password for storage, under the newest pepper. */
export const hashPassword = (password: string) => turn(() => hash(normal(password), { ...OPTIONS, secret: peppers()[0] }));

/** `stale`: right, but hashed under an older pepper, none, or another cost, and due to be hashed anew. */
export type Verdict = "right" | "stale" | "wrong";

/** A random hash of our cost, of no password anyone knows. */
const NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$EwH/KUstddnuVwu0M8p4GA$lsJYjLjiZKRmMRAFaTWoKGVqTUJBlhUifQJXMAgd3f4";

/** Checks a password. Without a stored hash the same work is done, so that an unknown address takes as long as a wrong password. */
export async function verifyPassword(stored: string | null, password: string): Promise<Verdict> {
  const verdict = await turn(() => judge(stored ?? NOBODYS, normal(password)));
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
