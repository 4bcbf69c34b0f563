import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { defineJob } from "@/lib/platform/jobs";

/** Something may be due on this number. The organisation is found from the channel's own row. */
export const dispatchChannel = defineJob({ name: "messages.dispatch", payload: z.object({ channelId: idSchema("channel") }) });
