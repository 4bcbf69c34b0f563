/**
 * Browsers in which somebody has signed in before: a sealed cookie says who, so that strangers' wrong passwords elsewhere
 * cannot keep them out. It opens nothing by itself. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
 */
import { createHmac, randomUUID } from "node:crypto";
import { decode, encode } from "next-auth/jwt";
import { env } from "@/lib/platform/env";
import { cookieOf, isHttps } from "@/lib/web/session-cookie";

const LASTS = 365 * 24 * 3600;
/** People one browser remembers; the earliest goes. */
const MOST = 5;
const SALT = "known-device";
const nameOf = () => (isHttps() ? "__Host-parley-device" : "parley-device");
const digestOf = (email: string) => createHmac("sha256", env().NEXTAUTH_SECRET).update(`device:${email}`).digest("base64url");

interface Device {
  id: string;
  people: string[];
}

async function read(cookies: string | null): Promise<Device | null> {
  const token = cookieOf(cookies, nameOf());
  if (!token) return null;
  try {
    const found = await decode({ token, secret: env().NEXTAUTH_SECRET, salt: SALT });
    const people = Array.isArray(found?.people) ? found.people.filter((p): p is string => typeof p === "string") : [];
    return typeof found?.id === "string" ? { id: found.id, people } : null;
  } catch {
    return null;
  }
}

/** Names this browser if this person has signed in in it before, else null. @param email as `normalEmail` makes it */
export async function knownDevice(cookies: string | null, email: string): Promise<string | null> {
  const device = await read(cookies);
  return device?.people.includes(digestOf(email)) ? device.id : null;
}

/** A `Set-Cookie` header that remembers this person in this browser, beside those it knew. */
export async function rememberDevice(cookies: string | null, email: string): Promise<string> {
  const device = (await read(cookies)) ?? { id: randomUUID(), people: [] };
  const people = [digestOf(email), ...device.people.filter((p) => p !== digestOf(email))].slice(0, MOST);
  const value = await encode({ token: { id: device.id, people }, secret: env().NEXTAUTH_SECRET, salt: SALT, maxAge: LASTS });
  return `${nameOf()}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LASTS}${isHttps() ? "; Secure" : ""}`;
}
