/** Contexts for server components: the same session row, the same rights as the API. */
import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { can, findSession, getMe, type Locale, noteDenial, type Permission } from "@/lib/identity";
import type { Ctx } from "@/lib/kernel/ctx";
import { newRequestId } from "@/lib/web/request-guard";
import { cookieName, readCookie } from "@/lib/web/session-cookie";

/** The visitor's context, or null when nobody is signed in. Read once per request. */
export const pageCtx = cache(async (): Promise<Ctx | null> => {
  const jar = await cookies();
  const secret = await readCookie(jar.get(cookieName())?.value);
  if (!secret) return null;
  const requestId = (await headers()).get("x-request-id") ?? newRequestId();
  return findSession(secret, requestId, new Date());
});

/** The context of a visitor with a right; others are led to sign-in, or see that nothing is here. */
export async function requirePage(access: Permission | "session"): Promise<Ctx> {
  const ctx = await pageCtx();
  if (!ctx) redirect("/sign-in");
  if (access !== "session" && !can(ctx, access)) {
    await noteDenial(ctx, access);
    notFound();
  }
  return ctx;
}

/** The signed-in person, once per request. */
export const pageMe = cache(async () => {
  const ctx = await pageCtx();
  return ctx ? getMe(ctx) : null;
});

/** The signed-in person's language, or null. */
export async function currentLocale(): Promise<Locale | null> {
  return (await pageMe())?.locale ?? null;
}
