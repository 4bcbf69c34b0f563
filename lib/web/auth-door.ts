/** Which of next-auth's addresses are open: the token of the sign-in form, and the form itself. Its others are no part of the product. */
import { env } from "@/lib/platform/env";

/** A sign-in form is small; a stranger's body is not read beyond this. */
const LARGEST = 16 * 1024;
const OPEN = new Set(["GET csrf", "POST callback/credentials"]);

/**
 * Judges a request to `/api/auth/*`.
 * @param action the path's parts after `/api/auth/`
 * @returns the refusal's status, or null when next-auth may answer
 */
export function refusalOf(request: Request, action: readonly string[]): 403 | 404 | 413 | 415 | null {
  if (!OPEN.has(`${request.method} ${action.join("/")}`) || new URL(request.url).search !== "") return 404;
  if (request.method !== "POST") return null;
  const length = request.headers.get("content-length");
  if (length === null || Number(length) > LARGEST) return 413;
  const type = request.headers.get("content-type") ?? "";
  if (type.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded") return 415;
  // a form of another site could sign a person in as someone else; what no browser sent has no such headers
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const own = origin === null || origin === new URL(env().NEXTAUTH_URL).origin;
  return own && (site === null || site === "same-origin") ? null : 403;
}
