/** Outgoing messages: answers the ring, and sweeps behind it. */

import {
  dispatchChannel,
  dispatchChannelOnce,
  finishDispatching,
  organisationOfChannel,
  sweepDue,
  sweepSettling,
} from "@/lib/messages";
import { handle, startSweep } from "@/lib/platform/jobs";

export const messageHandlers = [
  handle(dispatchChannel, async ({ channelId }) => {
    const orgId = await organisationOfChannel(channelId);
    if (orgId) await dispatchChannelOnce(orgId, channelId);
  }),
];

/** Due rows every half second, lapsed and silent ones every two. */
export function startOutboxSweeps() {
  const due = startSweep("outbox.due", 500, async () => {
    await sweepDue();
    return false;
  });
  const settling = startSweep("outbox.settling", 2000, async () => {
    await sweepSettling();
    return false;
  });
  return { stop: () => Promise.all([due.stop(), settling.stop(), finishDispatching()]) };
}
