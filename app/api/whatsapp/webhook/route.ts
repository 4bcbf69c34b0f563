import { webhook } from "@/lib/web/webhook";

export const GET = webhook();
export const POST = webhook();
