"use client";
import { useMutation, useMutationState, useQueryClient } from "@tanstack/react-query";
import { api } from "@/components/data/api";
import { useNow } from "@/components/data/clock";
import { ProblemError } from "@/components/data/http";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { findByRequest, guessRow, putMessage } from "@/components/inbox/cache";
import { returnToDraft } from "@/components/inbox/drafts";
import { focusMessage } from "@/components/inbox/focus";
import { keys } from "@/components/inbox/keys";
import { useLastAction } from "@/components/inbox/last-action";
import type { ThreadMessage } from "@/components/inbox/thread-items";
import { useMe } from "@/components/shell/me";
import { type ContentView, MessageView, UndoView } from "@/lib/messages/views";

/** What one send carries: the client-made id is its idempotency key and the key of its bubble. */
export interface Send {
  requestId: string;
  at: string;
  body: { text: string } | { template: { id: string; variables: Record<string, string> } };
  shown: ContentView;
}

const NO_TIMES = { accepted: null, sent: null, delivered: null, read: null, played: null, failed: null };
const scopeOf = (conversationId: string) => ({ id: `send:${conversationId}` });

/** Sends from one conversation, one after the other; the bubble is there before the request leaves. */
export function useSend(conversationId: string) {
  const client = useQueryClient();
  const now = useNow();
  const undo = useUndo(conversationId);
  const me = useMe();
  const { mutate } = useMutation({
    mutationKey: ["send", conversationId],
    scope: scopeOf(conversationId),
    gcTime: Number.POSITIVE_INFINITY,
    mutationFn: ({ requestId, body }: Send) =>
      api.post(`/api/conversations/${conversationId}/messages`, { requestId, ...body }, MessageView),
    onSuccess: (message) => putMessage(client, message),
    onError: () => client.invalidateQueries({ queryKey: keys.conversation(conversationId) }), // the window may have closed
  });
  return (body: Send["body"], shown: ContentView) => {
    const send: Send = { requestId: crypto.randomUUID(), at: new Date(now()).toISOString(), body, shown };
    mutate(send);
    const text = shown.kind === "card" ? "" : shown.text;
    guessRow(client, conversationId, {
      preview: { text, type: shown.kind, direction: "out", author: { id: me.userId, name: me.name }, state: "held" },
      hasDraft: false,
    });
    useLastAction.getState().set(() => undo.mutate(send.requestId));
  };
}

/** Takes a held message back into the composer. It waits for its own send, and the server decides whether it was in time. */
export function useUndo(conversationId: string) {
  const client = useQueryClient();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  return useMutation({
    scope: scopeOf(conversationId),
    mutationFn: async (requestId: string) => {
      const message = findByRequest(client, conversationId, requestId);
      if (!message) throw new ProblemError("conflict", "not_held", 409, null, {});
      return api.post(`/api/messages/${message.id}/undo`, {}, UndoView);
    },
    onSuccess: ({ message, text }) => {
      putMessage(client, message);
      if (text) returnToDraft(conversationId, text);
      document.getElementById("reply")?.focus();
    },
    onError: (error) => show({ title: problem(error), tone: "danger" }),
    onSettled: () => useLastAction.getState().clear(),
  });
}

/** Sends a message of unknown or failed outcome once more, as a new one, and leads there: what was pressed is gone then. */
export function useResend(conversationId: string) {
  const client = useQueryClient();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  return useMutation({
    scope: scopeOf(conversationId),
    mutationFn: ({ id }: ThreadMessage) =>
      api.post(`/api/messages/${id}/resend`, { requestId: crypto.randomUUID() }, MessageView),
    onSuccess: (message, original) => {
      putMessage(client, message);
      putMessage(client, { ...original, resent: true, can: { ...original.can, resend: false } });
      focusMessage(message.id);
    },
    onError: (error) => show({ title: problem(error), tone: "danger" }),
  });
}

/** Our sends that the server has not taken yet, as bubbles. */
export function usePendingMessages(conversationId: string): ThreadMessage[] {
  const me = useMe();
  return useMutationState({
    filters: {
      mutationKey: ["send", conversationId],
      predicate: ({ state }) => state.status === "pending" || state.status === "error",
    },
    select: ({ state }): ThreadMessage => {
      const { requestId, at, shown } = state.variables as Send;
      const refused = state.status === "error";
      const reason = state.error instanceof ProblemError ? state.error.detail : "unknown";
      return {
        id: requestId,
        requestId,
        conversationId,
        direction: "out",
        origin: "agent",
        author: { id: me.userId, name: me.name },
        at,
        receivedAt: at,
        content: shown,
        opensWindow: false,
        quoted: null,
        state: refused ? "failed" : "queued",
        times: NO_TIMES,
        failure: null,
        releaseAt: null,
        can: { undo: false, resend: false },
        resent: false,
        matter: null,
        privileged: false,
        instruction: null,
        local: refused ? { state: "refused", reason } : { state: state.isPaused ? "offline" : "sending" },
      };
    },
  });
}

/** Takes a refused bubble away; "edit again" puts its text back first, "send again" keeps its id so that it cannot double. */
export function useRefused(conversationId: string) {
  const client = useQueryClient();
  const find = (requestId: string) =>
    client.getMutationCache().find<MessageView, Error, Send>({
      mutationKey: ["send", conversationId],
      predicate: ({ state }) => (state.variables as Send | undefined)?.requestId === requestId,
    });
  return {
    editAgain: (requestId: string) => {
      const mutation = find(requestId);
      const body = mutation?.state.variables?.body;
      if (body && "text" in body) returnToDraft(conversationId, body.text);
      if (mutation) client.getMutationCache().remove(mutation);
      document.getElementById("reply")?.focus();
    },
    sendAgain: (requestId: string) => {
      const mutation = find(requestId);
      const send = mutation?.state.variables;
      if (mutation && send) void mutation.execute(send).catch(() => {});
    },
  };
}
