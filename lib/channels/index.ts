/**
 * Connected numbers: their credentials, state and pace. Does not live here: sending (messages), connecting (onboarding).
 * Invariant: a number belongs to one organisation.
 */
export { applyAccountNews } from "@/lib/channels/account-news";
export { type HistoryPiece, type HistoryState, noteDeclined, noteHistory, readHistory } from "@/lib/channels/history-ledger";
export { type ChannelRow, findChannel, listChannelRows, noteToken, stopChannel } from "@/lib/channels/store";
