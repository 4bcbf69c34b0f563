/**
 * Connected numbers: their credentials, state and pace, and how each stands. Does not live here: sending (messages), connecting (onboarding).
 * Invariant: a number belongs to one organisation.
 */
export { applyAccountNews } from "@/lib/channels/account-news";
export {
  disconnectChannel,
  forgetToken,
  type LockedChannel,
  lockChannel,
  readLeft,
} from "@/lib/channels/disconnect-channel";
export {
  type ClaimedDisconnection,
  claimDisconnection,
  postponeDisconnection,
  settleDisconnection,
  settleLook,
  undoDisconnection,
} from "@/lib/channels/disconnection-ledger";
export {
  type HistoryPiece,
  type HistoryState,
  noteAppSeen,
  noteDeclined,
  noteHistory,
  readHistory,
} from "@/lib/channels/history-ledger";
export { applyNumberNews, type ToldNews } from "@/lib/channels/number-news";
export {
  type Change,
  keepChecks,
  listChanges,
  noteCallback,
  noteConnections,
  readChecks,
  takeWarning,
} from "@/lib/channels/standing-store";
export { type ChannelRow, findChannel, listChannelRows, noteToken, stopChannel } from "@/lib/channels/store";
