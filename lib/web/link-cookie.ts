/** Who came by a link to one journey: the link's secret, and one of the browser's own. The cookie is no session and opens nothing else. */
import { randomBytes } from "node:crypto";
import type { Ctx } from "@/lib/kernel/ctx";
import { openLink } from "@/lib/onboarding";
import { cookieOf, isHttps } from "@/lib/web/session-cookie";

const name = () => (isHttps() ? "__Host-parley-link" : "parley-link");
const VALUE = /^([\w-]{43})\.([\w-]{43})$/;

export interface Guest {
  ctx: Ctx;
  /** The browser's own secret, to which a press on Connect is bound. */
  secret: string;
}

/** The guest of a request, or null: no link, one that is over, or a cookie that was not made here. */
export const guestOf = (request: Request, requestId: string): Promise<Guest | null> =>
  readGuest(cookieOf(request.headers.get("cookie"), name()), requestId);

/** The guest of a page, from its cookies. */
export const guestOfPage = (
  jar: { get: (name: string) => { value: string } | undefined },
  requestId: string,
): Promise<Guest | null> => readGuest(jar.get(name())?.value, requestId);

async function readGuest(value: string | undefined, requestId: string): Promise<Guest | null> {
  const [, link, secret] = VALUE.exec(value ?? "") ?? [];
  const ctx = link ? await openLink(link, requestId, new Date()) : null;
  return ctx && secret ? { ctx, secret } : null;
}

/** A `Set-Cookie` header for a link that was opened in this browser. @param seconds how long it is kept */
export const linkCookieHeader = (link: string, seconds: number): string =>
  `${name()}=${link}.${randomBytes(32).toString("base64url")}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${isHttps() ? "; Secure" : ""}`;
