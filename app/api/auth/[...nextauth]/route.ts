// house: next-auth owns this address; its handler is the door, and it checks its own CSRF token
import NextAuth from "next-auth";
import { authOptions } from "@/lib/web/auth";
import { refusalOf } from "@/lib/web/auth-door";
import { rememberDevice } from "@/lib/web/known-device";

async function handler(request: Request, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const refusal = refusalOf(request, (await context.params).nextauth);
  if (refusal) return new Response(null, { status: refusal, headers: { "cache-control": "no-store" } });
  let person: string | null = null;
  const signedIn = (email: string) => {
    person = email;
  };
  const answer: Response = await NextAuth(authOptions(signedIn))(request, context);
  if (person !== null) answer.headers.append("set-cookie", await rememberDevice(request.headers.get("cookie"), person));
  return answer;
}

export { handler as GET, handler as POST };
