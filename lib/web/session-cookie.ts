/** The session cookie: an encrypted token that carries a random session id and nothing else. */
import { decode, encode } from "next-auth/jwt";
import type { SessionSecret } from "@/lib/identity";
import { env } from "@/lib/platform/env";

const MAX_AGE = 12 * 3600;
export const isHttps = () => env().NEXTAUTH_URL.startsWith("https:");
/** `__Host-` needs https. */
export const cookieName = () => (isHttps() ? "__Host-parley" : "parley");
export const cookieOptions = () => ({ httpOnly: true, sameSite: "lax" as const, path: "/", secure: isHttps() });

/** The session id inside a cookie's value, or null for anything not made here. */
export async function readCookie(value: string | undefined): Promise<SessionSecret | null> {
  if (!value) return null;
  try {
    const token = await decode({ token: value, secret: env().NEXTAUTH_SECRET });
    return typeof token?.sid === "string" ? token.sid : null;
  } catch {
    return null;
  }
}

/** A `Set-Cookie` header for a session, or one that removes it. */
export async function setCookieHeader(secret: SessionSecret | null): Promise<string> {
  const value = secret ? await encode({ token: { sid: secret }, secret: env().NEXTAUTH_SECRET, maxAge: MAX_AGE }) : "";
  return `${cookieName()}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${secret ? MAX_AGE : 0}${isHttps() ? "; Secure" : ""}`;
}

/** One cookie out of a `Cookie` header. */
export function cookieOf(header: string | null, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
