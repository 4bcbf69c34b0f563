/** Password hashing: argon2id, 64 MiB, three passes, one lane; at most two hashes at once, since each takes 64 MiB. */
import { hash, verify } from "@node-rs/argon2";
import { AppError } from "@/lib/kernel/errors";

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

/** Hashes a password for storage. */
export const hashPassword = (password: string) => turn(() => hash(normal(password), OPTIONS));

let dummy: Promise<string> | undefined;
/** Checks a password. Without a stored hash the same work is done, so that an unknown address takes as long as a wrong password. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  dummy ??= hashPassword("no such person has this password");
  const against = stored ?? (await dummy);
  const ok = await turn(() => verify(against, normal(password)));
  return stored !== null && ok;
}
