import { listMembers } from "@/lib/identity";
import { route } from "@/lib/web/route";

export const GET = route({ access: "members.read" }, (ctx) => listMembers(ctx));
