// house: next-auth owns this address; its handler is the door, and it checks its own CSRF token
import NextAuth from "next-auth";
import { authOptions } from "@/lib/web/auth";

const handler = (request: Request, context: unknown) => NextAuth(authOptions())(request, context);

export { handler as GET, handler as POST };
