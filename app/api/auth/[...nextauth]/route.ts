// house: next-auth owns this address; its handler is the door, and it checks its own CSRF token
import NextAuth from "next-auth";
import { authOptions } from "@/lib/web/auth";
import { refusalOf } from "@/lib/web/auth-door";

async function handler(request: Request, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const refusal = refusalOf(request, (await context.params).nextauth);
  if (refusal) return new Response(null, { status: refusal, headers: { "cache-control": "no-store" } });
  return NextAuth(authOptions())(request, context);
}

export { handler as GET, handler as POST };
