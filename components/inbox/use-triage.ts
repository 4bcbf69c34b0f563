"use client";
import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { guessRow, putRow } from "@/components/inbox/cache";
import { handover } from "@/components/inbox/handover";
import { keys } from "@/components/inbox/keys";
import { useLastAction } from "@/components/inbox/last-action";
import { safeLine } from "@/components/inbox/safe-text";
import { useMe } from "@/components/shell/me";
import { type ConversationPage, ConversationRow, type ConversationView, VIEWS } from "@/lib/inbox/views";
import type { PersonView } from "@/lib/kernel/person-view";

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

/** Says what was done; its button and `Z` take it back. Answers the way to withdraw the offer, for what did not come about. */
function useOfferUndo() {
  const t = useTranslations("inbox");
  return (title: string, undo: () => void): (() => void) => {
    const withdraw = () => {
      useToasts.getState().close(notice);
      if (useLastAction.getState().undo === back) useLastAction.getState().clear();
    };
    const back = () => {
      withdraw();
      undo();
    };
    const notice = useToasts.getState().show({ title, action: { label: t("status.undo"), onPress: back } });
    useLastAction.getState().set(back);
    return withdraw;
  };
}

interface Change<T> {
  id: string;
  before: T;
  after: T;
  /** Takes the offer to undo away; there is none for an undo. */
  withdraw?: () => void;
}

/** Gives a conversation to someone or to nobody; shown at once, put back if the server refuses. */
export function useGive() {
  const t = useTranslations("inbox");
  const problems = useTranslations("problems");
  const me = useMe();
  const client = useQueryClient();
  const findRow = useFindRow();
  const problem = useProblemText();
  const offerUndo = useOfferUndo();
  const show = useToasts((state) => state.show);
  const { mutate } = useMutation({
    mutationFn: ({ id, before, after, withdraw }: Change<PersonView | null>) => {
      // an undo takes back what it was offered for, and nobody's decision since
      const from = withdraw ? {} : { from: before?.id ?? null };
      return api.put(`/api/conversations/${id}/assignee`, { userId: after?.id ?? null, ...from }, ConversationRow);
    },
    onMutate: ({ id, after }) => guessRow(client, id, { assignee: after }),
    onSuccess: (row) => putRow(client, row),
    onError: (error, { id, before, withdraw }) => {
      withdraw?.();
      guessRow(client, id, { assignee: before });
      if (!withdraw) void client.invalidateQueries({ queryKey: keys.conversation(id) });
      show({ title: problem(error), tone: "danger" });
    },
  });
  return (id: string, after: PersonView | null) => {
    const before = findRow(id)?.assignee ?? null;
    const said = handover(before, after, me.userId);
    if (!said) return;
    const undo = () => {
      const now = findRow(id);
      if (now && now.assignee?.id !== after?.id) show({ title: problems("code.conflict"), tone: "danger" });
      else mutate({ id, before: after, after: before });
    };
    const withdraw = offerUndo(t(`assign.done.${said.kind}`, { name: safeLine(said.name) }), undo);
    mutate({ id, before, after, withdraw });
  };
}

/** Resolves or reopens; `Z` or the notice takes it back. */
export function useChangeStatus() {
  const t = useTranslations("inbox");
  const client = useQueryClient();
  const findRow = useFindRow();
  const problem = useProblemText();
  const offerUndo = useOfferUndo();
  const show = useToasts((state) => state.show);
  const { mutate, isPending } = useMutation({
    mutationFn: ({ id, after }: Change<ConversationRow["status"]>) =>
      api.put(`/api/conversations/${id}/status`, { status: after }, ConversationRow),
    onMutate: ({ id, after }) => guessRow(client, id, { status: after }),
    onSuccess: (row) => putRow(client, row),
    onError: (error, { id, before, withdraw }) => {
      withdraw?.();
      guessRow(client, id, { status: before });
      show({ title: problem(error), tone: "danger" });
    },
  });
  const toggle = (id: string) => {
    const before = findRow(id)?.status ?? "open";
    const after = before === "open" ? "resolved" : "open";
    const title = after === "resolved" ? t("status.resolved") : t("status.reopened");
    const withdraw = offerUndo(title, () => mutate({ id, before: after, after: before }));
    mutate({ id, before, after, withdraw });
  };
  return { toggle, isPending };
}
