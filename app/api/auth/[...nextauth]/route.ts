// house: next-auth owns this address; its handler is the door, and it checks its own CSRF token
import NextAuth from "next-auth";
import { authOptions } from "@/lib/web/auth";

/** A sign-in form is small; a stranger's body is not read beyond this. */
const LARGEST = 16 * 1024;

function handler(request: Request, context: unknown): Promise<Response> | Response {
  const length = request.headers.get("content-length");
  if (request.method === "POST" && (length === null || Number(length) > LARGEST)) return new Response(null, { status: 413 });
  return NextAuth(authOptions())(request, context);
}

export { handler as GET, handler as POST };
