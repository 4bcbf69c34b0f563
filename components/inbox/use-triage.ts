"use client";
import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { guessRow, putRow } from "@/components/inbox/cache";
import { keys } from "@/components/inbox/keys";
import { useLastAction } from "@/components/inbox/last-action";
import { type ConversationPage, ConversationRow, type ConversationView, VIEWS } from "@/lib/inbox/views";

/** The row as it is known here, wherever it is loaded. */
function useFindRow() {
  const client = useQueryClient();
  return (id: string): ConversationRow | undefined => {
    const open = client.getQueryData<ConversationView>(keys.conversation(id));
    if (open) return open;
    for (const view of VIEWS) {
      const data = client.getQueryData<InfiniteData<ConversationPage>>(keys.conversations(view));
      const row = data?.pages.flatMap((page) => page.items).find((item) => item.id === id);
      if (row) return row;
    }
    return undefined;
  };
}

/** Gives a conversation to someone or to nobody; shown at once, put back if the server refuses. */
export function useChangeAssignee() {
  const client = useQueryClient();
  const findRow = useFindRow();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  return useMutation({
    mutationFn: ({ id, person }: { id: string; person: { id: string; name: string } | null }) =>
      api.put(`/api/conversations/${id}/assignee`, { userId: person?.id ?? null }, ConversationRow),
    onMutate: ({ id, person }) => {
      const before = findRow(id)?.assignee ?? null;
      guessRow(client, id, { assignee: person });
      return before;
    },
    onSuccess: (row) => putRow(client, row),
    onError: (error, { id }, before) => {
      guessRow(client, id, { assignee: before ?? null });
      show({ title: problem(error), tone: "danger" });
    },
  });
}

/** Resolves or reopens; `Z` or the notice takes it back. */
export function useChangeStatus() {
  const t = useTranslations("inbox");
  const client = useQueryClient();
  const findRow = useFindRow();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const { mutate, isPending } = useMutation({
    mutationFn: ({ id, status }: { id: string; status: "open" | "resolved" }) =>
      api.put(`/api/conversations/${id}/status`, { status }, ConversationRow),
    onMutate: ({ id, status }) => guessRow(client, id, { status }),
    onSuccess: (row) => putRow(client, row),
    onError: (error, { id, status }) => {
      guessRow(client, id, { status: status === "open" ? "resolved" : "open" });
      show({ title: problem(error), tone: "danger" });
    },
  });
  const toggle = (id: string) => {
    const status = findRow(id)?.status === "resolved" ? "open" : "resolved";
    mutate({ id, status });
    const back = () => {
      mutate({ id, status: status === "open" ? "resolved" : "open" });
      useLastAction.getState().clear();
      useToasts.getState().close(notice);
    };
    const title = status === "resolved" ? t("status.resolved") : t("status.reopened");
    const notice = show({ title, action: { label: t("status.undo"), onPress: back } });
    useLastAction.getState().set(back);
  };
  return { toggle, isPending };
}
