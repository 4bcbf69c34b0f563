/** Decisions of the intake: limits, and which endpoint is addressed. Pure. */
import { META_PATHS } from "@/lib/kernel/addresses";

/** Largest body taken, in bytes. Meta sends up to 3 MB. */
export const MAX_BODY = 4 * 1024 * 1024;
/** Longest time a body may take to arrive, in milliseconds. */
export const READ_TIMEOUT = 10_000;
/** Most bytes of bodies a process reads at once; they are unverified, so they are bounded before anything else is. */
export const MOST_READING = 128 * 1024 * 1024;

/** What a piece of a body costs beside its bytes, about, in bytes; a stranger may send it one byte at a time. */
export const PIECE_COST = 512;
/** Most pieces of one body. A provider's arrive by the packet. */
export const MOST_PIECES_OF_BODY = 16_384;

const PATHS: ReadonlySet<string> = new Set(META_PATHS);
/** Key of the platform's own Meta endpoint in `intake_endpoints`. */
export const META_ENDPOINT = "meta";

/** The endpoint a path addresses, or null. */
export function endpointKeyOf(path: string): string | null {
  const clean = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  if (PATHS.has(clean)) return META_ENDPOINT;
  return /^\/api\/webhooks\/whatsapp\/t\/([A-Za-z0-9_-]{16,64})$/.exec(clean)?.[1] ?? null;
}
