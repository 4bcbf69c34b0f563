import { notFound } from "@/lib/kernel/errors";
import { route } from "@/lib/web/route";

/** An address that is no address answers like every other refusal. */
const refuse = async () => {
  throw notFound("address");
};
export const GET = route({ access: "public" }, refuse);
export const POST = route({ access: "public" }, refuse);
export const PUT = route({ access: "public" }, refuse);
export const PATCH = route({ access: "public" }, refuse);
export const DELETE = route({ access: "public" }, refuse);
