/**
 * Conversations as people work them: the list, the thread, replying, assigning, reading, searching.
 * Does not live here: message states and sending (messages), who clients are (contacts).
 * Invariants: the row carries what its list shows; a free reply leaves only inside the 24-hour window. The row is the part of a conversation
 * that goes on; parts that ended under another matter keep rows and access of their own.
 */
export { type BindFrom, bindConversation } from "@/lib/inbox/bind-conversation";
export { countPlaceholders } from "@/lib/inbox/count-placeholders";
export { saveDraft } from "@/lib/inbox/drafts";
export { fileInstruction, withdrawInstruction } from "@/lib/inbox/file-instruction";
export { getConversationView } from "@/lib/inbox/get-conversation";
export { flushSearch, indexOrganisation, sweepSearch } from "@/lib/inbox/index-search";
export { heardBy, type Kept, keptFrom } from "@/lib/inbox/kept-from";
export { countUnread, listConversations, listConversationsById, listRows } from "@/lib/inbox/list-conversations";
export { listMessages, threadRows } from "@/lib/inbox/list-messages";
export { listTemplatesFor } from "@/lib/inbox/list-templates-for";
export { listTimeline } from "@/lib/inbox/list-timeline";
export { type Arrived, type Received, receiveMessages } from "@/lib/inbox/receive-messages";
export { type Reply, replyToConversation, resendMessage } from "@/lib/inbox/reply-to-conversation";
export { searchInbox } from "@/lib/inbox/search-inbox";
export { setPrivileged } from "@/lib/inbox/set-privileged";
export { assignConversation, markRead, setConversationStatus } from "@/lib/inbox/steer-conversation";
export { undoReply } from "@/lib/inbox/undo-reply";
