/** Outgoing messages: answers the ring, and sweeps behind it. */

import {
  attachKept,
  dispatchChannel,
  finishDispatching,
  organisationOfChannel,
  startDispatch,
  sweepDue,
  sweepSettling,
} from "@/lib/messages";
import { handle, startSweep } from "@/lib/platform/jobs";

export const messageHandlers = [
  handle(dispatchChannel, async ({ channelId }) => {
    const orgId = await organisationOfChannel(channelId);
    if (orgId) startDispatch(orgId, channelId);
  }),
];

const NULL_UUID = "00000000-0000-0000-0000-000000000000";

/** Due rows every half second, lapsed and silent ones every two; once, at the start, receipts kept longer than those sweeps look back. */
export function startOutboxSweeps() {
  const due = startSweep("outbox.due", 500, async () => {
    await sweepDue();
    return false;
  });
  const settling = startSweep("outbox.settling", 2000, async () => {
    await sweepSettling();
    return false;
  });
  let reached = NULL_UUID;
  const kept = startSweep("outbox.kept", 10_000, async () => {
    const next = await attachKept(reached);
    reached = next ?? reached;
    return next !== null || "done";
  });
  return { stop: () => Promise.all([due.stop(), settling.stop(), kept.stop(), finishDispatching()]) };
}
