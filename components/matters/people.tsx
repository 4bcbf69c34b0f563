"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { membersQuery } from "@/components/inbox/queries";
import { safeLine } from "@/components/inbox/safe-text";
import { matterQuery } from "@/components/matters/queries";
import { Avatar } from "@/components/ui/avatar";
import { Card } from "@/components/ui/card";
import { Select } from "@/components/ui/select";
import { Spinner } from "@/components/ui/spinner";
import { Switch } from "@/components/ui/switch";
import { type MatterAccess, MatterView } from "@/lib/matters/views";

const NEITHER = "neither";
type Choice = MatterAccess | typeof NEITHER;

/** Who may read a matter: its wall, and each colleague on the allow list, the deny list or on neither. */
export function People({ matter }: { matter: MatterView }) {
  const t = useTranslations("matters");
  const problem = useProblemText();
  const client = useQueryClient();
  const show = useToasts((state) => state.show);
  const members = useQuery(membersQuery);
  const wallId = useId();
  const done = {
    onSuccess: (next: MatterView) => client.setQueryData(matterQuery(matter.id).queryKey, next),
    onError: (error: Error) => show({ title: problem(error), tone: "danger" as const }),
  };
  const wall = useMutation({
    mutationFn: (walled: boolean) => api.put(`/api/matters/${matter.id}/wall`, { walled }, MatterView),
    ...done,
  });
  const person = useMutation({
    mutationFn: ({ id, access }: { id: string; access: Choice }) =>
      api.put(`/api/matters/${matter.id}/people/${id}`, { access: access === NEITHER ? null : access }, MatterView),
    ...done,
  });
  const accessOf = (id: string): Choice => matter.people.find((p) => p.person.id === id)?.access ?? NEITHER;
  const options = (["member", NEITHER, "denied"] as const).map((value) => ({ value, label: t(`people.${value}`) }));
  return (
    <Card aria-labelledby="people-title">
      <h2 id="people-title" className="font-semibold">
        {t("people.title")}
      </h2>
      <div className="mt-3 flex items-start justify-between gap-4">
        <div className="min-w-0">
          <label htmlFor={wallId} className="font-medium">
            {t("people.wall")}
          </label>
          <p id={`${wallId}-hint`} className="text-sm text-muted">
            {matter.walled ? t("people.wallOn") : t("people.wallOff")}
          </p>
        </div>
        <Switch
          id={wallId}
          aria-describedby={`${wallId}-hint`}
          checked={matter.walled}
          disabled={!matter.can.walls || wall.isPending}
          onCheckedChange={(on) => wall.mutate(on)}
        />
      </div>
      {!matter.can.walls && <p className="mt-2 text-sm text-muted">{t("people.notAllowed")}</p>}
      {members.isPending && (
        <p role="status" className="mt-4 flex items-center gap-2 text-sm text-muted">
          <Spinner />
          {t("people.loading")}
        </p>
      )}
      {members.error && <p className="mt-4 text-sm text-danger-ink">{problem(members.error)}</p>}
      <ul className="mt-3 divide-y divide-line">
        {members.data?.items.map((member) => (
          <li key={member.id} className="flex flex-wrap items-center gap-3 py-2">
            <Avatar name={member.name} className="size-8 text-xs" />
            <bdi className="min-w-32 grow break-words">{safeLine(member.name)}</bdi>
            {matter.can.walls ? (
              <Select
                value={accessOf(member.id)}
                onValueChange={(access) => person.mutate({ id: member.id, access: access as Choice })}
                label={t("people.of", { name: safeLine(member.name) })}
                options={options}
                className="w-52"
              />
            ) : (
              <span className="text-sm text-muted">{t(`people.${accessOf(member.id)}`)}</span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
