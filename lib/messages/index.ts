/**
 * The ledger of every message in and out. Lives here: message rows, receipts, the outbox, its dispatch and sweep.
 * Does not live here: conversations and rights to them (inbox), understanding webhooks (webhooks).
 * Invariants: a message is sent at most once without a person's word; receipts only ever move it forward.
 */
export { applyReceipts, attachPending, type Touched } from "@/lib/messages/apply-receipts";
export { finishDispatching, startDispatch } from "@/lib/messages/dispatch-channel";
export { dispatchDueMessages, lastDispatchRound } from "@/lib/messages/dispatch-due-messages";
export { cancelHeld, type Enqueue, type Enqueued, enqueueMessage, findRequested } from "@/lib/messages/enqueue-message";
export { fillPlaceholders } from "@/lib/messages/fill-placeholders";
export { dispatchChannel } from "@/lib/messages/jobs";
export { MAX_TEXT, textFault } from "@/lib/messages/model";
export { toMessageView, toMessageViews } from "@/lib/messages/quotes";
export { countWaiting, rejectWaiting } from "@/lib/messages/reject-waiting";
export {
  authorOf,
  findMessageRow,
  type InboundRow,
  insertInbound,
  knownMessages,
  MESSAGE_COLUMNS,
  MESSAGE_JOINS,
  type MessageBody,
  type MessageRow,
  openBody,
  readBody,
} from "@/lib/messages/store";
export {
  attachKept,
  organisationOfChannel,
  sweepDue,
  sweepSettling,
} from "@/lib/messages/sweep-outbox";
