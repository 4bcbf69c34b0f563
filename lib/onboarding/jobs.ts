import { z } from "zod";
import { idSchema } from "@/lib/kernel/id-schema";
import { defineJob } from "@/lib/platform/jobs";

/** Meta has to be told of a number that was disconnected. */
export const disconnectionJob = defineJob({
  name: "onboarding.disconnection",
  payload: z.object({ orgId: idSchema("organisation"), disconnectionId: idSchema("disconnection") }),
});
/** A journey has something to do. */
export const advanceJob = defineJob({
  name: "onboarding.advance",
  payload: z.object({ orgId: idSchema("organisation"), sessionId: idSchema("onboarding") }),
});

/** A code came through a number, or was decided upon. */
export const settleClaimJob = defineJob({
  name: "onboarding.settle_claim",
  payload: z.object({ orgId: idSchema("organisation"), claimId: idSchema("claim") }),
});
