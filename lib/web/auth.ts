/** next-auth 4 with one credentials provider: it checks the password and carries a session id, nothing more. */
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";
import { normalEmail, signIn } from "@/lib/identity";
import { AppError } from "@/lib/kernel/errors";
import { env } from "@/lib/platform/env";
import { errorFields, log } from "@/lib/platform/log";
import { clientAddress } from "@/lib/web/client-address";
import { knownDevice } from "@/lib/web/known-device";
import { cookieName, cookieOptions, isHttps } from "@/lib/web/session-cookie";
import { throttled } from "@/lib/web/sign-in-throttle";

const Text = z.string().refine((text) => !text.includes("\u0000")); // Postgres knows no such character
const Credentials = z.object({ email: Text.trim().min(1).max(254), password: Text.min(1).max(512) });

const CODE = /^[A-Z_]{1,60}$/;

/** Told who has just signed in. */
type OnSignedIn = (email: string) => void;

async function authorize(
  input: unknown,
  headers: Record<string, string> | undefined,
  onSignedIn: OnSignedIn,
): Promise<{ id: string }> {
  const parsed = Credentials.safeParse(input);
  if (!parsed.success) throw new Error("bad_credentials");
  const { email, password } = parsed.data;
  try {
    const person = normalEmail(email);
    const known = await knownDevice(headers?.cookie ?? null, person);
    const trier = { email: person, address: clientAddress(headers?.["x-forwarded-for"], env().TRUST_PROXY), device: known };
    const device = headers?.["user-agent"] ?? "";
    const secret = await throttled(trier, () => signIn({ email, password, device, address: trier.address }, new Date()));
    onSignedIn(person);
    return { id: secret };
  } catch (error) {
    if (!(error instanceof AppError)) log.error("sign_in.failed", errorFields(error));
    const detail = error instanceof AppError ? error.detail : "unavailable";
    throw new Error(detail === "database" ? "unavailable" : detail); // next-auth puts it into the answer's `error`
  }
}

export const authOptions = (onSignedIn: OnSignedIn = () => {}): NextAuthOptions => ({
  secret: env().NEXTAUTH_SECRET,
  session: { strategy: "jwt", maxAge: 12 * 3600 },
  useSecureCookies: isHttps(),
  pages: { signIn: "/sign-in", error: "/sign-in" },
  cookies: {
    sessionToken: { name: cookieName(), options: cookieOptions() },
    // under a name that a neighbour's host cannot plant: a malformed one would end every answer here
    callbackUrl: { name: `${cookieName()}-callback`, options: cookieOptions() },
  },
  providers: [
    CredentialsProvider({
      credentials: { email: {}, password: {} },
      authorize: (credentials, request) =>
        authorize(credentials, request.headers as Record<string, string> | undefined, onSignedIn),
    }),
  ],
  callbacks: {
    // where to go next is the form's own business; an address from outside is not even parsed
    redirect: ({ baseUrl }) => baseUrl,
    jwt: ({ token, user }) => (user ? { sid: user.id } : { sid: token.sid }),
  },
  logger: {
    // a code is the library's own word; anything else could be a stranger's
    error: (code) => {
      if (CODE.test(code)) log.warn("next_auth.error", { reason: code });
    },
    warn: () => {},
    debug: () => {},
  },
});
