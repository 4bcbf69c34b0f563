import { redirect } from "next/navigation";
import { pageCtx } from "@/lib/web/page";

export default async function Home() {
  redirect((await pageCtx()) ? "/inbox" : "/sign-in");
}
