"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { putMessage, putRow } from "@/components/inbox/cache";
import { keys } from "@/components/inbox/keys";
import { useLastAction } from "@/components/inbox/last-action";
import { ConversationView } from "@/lib/inbox/views";
import { MessageView } from "@/lib/messages/views";

/** Takes the server's word for a conversation, and asks for its messages again: their matter or mark may be another. */
function useTake(id: string) {
  const client = useQueryClient();
  return (view: ConversationView) => {
    putRow(client, view);
    client.invalidateQueries({ queryKey: keys.messages(id) });
    client.invalidateQueries({ queryKey: ["timeline"] });
  };
}

/** Marks the conversation as privileged, or takes the mark away. */
export function usePrivilege(id: string) {
  const take = useTake(id);
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  return useMutation({
    mutationFn: (privileged: boolean) => api.put(`/api/conversations/${id}/privilege`, { privileged }, ConversationView),
    onSuccess: take,
    onError: (error) => show({ title: problem(error), tone: "danger" }),
  });
}

export interface Bind {
  matterId: string | null;
  from: "part" | "now";
}
/** Binds the conversation to a matter or to none. */
export function useBind(id: string, onDone: () => void) {
  const take = useTake(id);
  return useMutation({
    mutationFn: (bind: Bind) => api.put(`/api/conversations/${id}/matter`, bind, ConversationView),
    onSuccess: (view) => {
      take(view);
      onDone();
    },
  });
}

/** Files a message to its matter as the client's instruction, or takes that back; what was just filed can be undone with `Z`. */
export function useInstruct() {
  const t = useTranslations("messages");
  const client = useQueryClient();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const { mutate, isPending } = useMutation({
    mutationFn: async ({ id, on }: { id: string; on: boolean }) =>
      MessageView.parse(await api.send(on ? "PUT" : "DELETE", `/api/messages/${id}/instruction`, {})),
    onSuccess: (message, { id, on }) => {
      putMessage(client, message);
      const undo = () => mutate({ id, on: false });
      show({
        title: on ? t("instruction.done") : t("instruction.undone"),
        ...(on && { action: { label: t("instruction.undo"), onPress: undo } }),
      });
      if (on) useLastAction.getState().set(undo);
    },
    onError: (error) => show({ title: problem(error), tone: "danger" }),
  });
  return { set: (id: string, on: boolean) => mutate({ id, on }), isPending };
}
