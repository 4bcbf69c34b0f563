/**
 * Conversations as people work them: the list, the thread, replying, assigning, reading, searching.
 * Does not live here: message states and sending (messages), who clients are (contacts).
 * Invariants: the row carries what its list shows; a free reply leaves only inside the 24-hour window.
 */
export { countPlaceholders } from "@/lib/inbox/count-placeholders";
export { saveDraft } from "@/lib/inbox/drafts";
export { getConversationView } from "@/lib/inbox/get-conversation";
export { flushSearch, indexOrganisation, sweepSearch } from "@/lib/inbox/index-search";
export { countUnread, listConversations, listConversationsById, listRows } from "@/lib/inbox/list-conversations";
export { listMessages, threadRows } from "@/lib/inbox/list-messages";
export { listTemplatesFor } from "@/lib/inbox/list-templates-for";
export { type Arrived, type Received, receiveMessages } from "@/lib/inbox/receive-messages";
export { type Reply, replyToConversation, resendMessage } from "@/lib/inbox/reply-to-conversation";
export { searchInbox } from "@/lib/inbox/search-inbox";
export { assignConversation, markRead, setConversationStatus } from "@/lib/inbox/steer-conversation";
export { undoReply } from "@/lib/inbox/undo-reply";
