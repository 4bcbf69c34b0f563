"use client";
import { useQuery } from "@tanstack/react-query";
import { UserRound, UserRoundCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useProblemText } from "@/components/data/use-problem-text";
import { membersQuery } from "@/components/inbox/queries";
import { safeLine } from "@/components/inbox/safe-text";
import { useGive } from "@/components/inbox/use-triage";
import { useMe } from "@/components/shell/me";
import { useShortcuts } from "@/components/shell/use-shortcuts";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { DropdownMenu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@/components/ui/dropdown-menu";
import { Spinner } from "@/components/ui/spinner";
import type { ConversationView } from "@/lib/inbox/views";

const NOBODY = "";

function Colleagues() {
  const t = useTranslations("inbox");
  const me = useMe();
  const problem = useProblemText();
  const { data, error, isPending } = useQuery(membersQuery);
  if (isPending)
    return (
      <p role="status" className="flex items-center gap-2 px-2.5 py-1.5 text-sm text-muted">
        <Spinner />
        {t("assign.loading")}
      </p>
    );
  if (error) return <p className="px-2.5 py-1.5 text-sm text-danger-ink">{problem(error)}</p>;
  return data.items
    .filter((member) => member.id !== me.userId)
    .map((member) => (
      <MenuRadioItem key={member.id} value={member.id}>
        <Avatar name={member.name} className="size-6 text-[0.625rem]" />
        <bdi className="truncate">{safeLine(member.name)}</bdi>
      </MenuRadioItem>
    ));
}

/** Whose conversation it is; `A` opens it, `I` takes it. */
export function AssignMenu({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const me = useMe();
  const members = useQuery({ ...membersQuery, enabled: false }).data?.items ?? [];
  const hand = useGive();
  const { id, assignee, can } = conversation;
  const [open, setOpen] = useState(false);
  useShortcuts({
    a: (event) => {
      event.preventDefault();
      setOpen(true);
    },
  });
  const mine = assignee?.id === me.userId;
  const name = assignee ? (mine ? t("list.me") : safeLine(assignee.name)) : null;
  const give = (userId: string) => {
    if (userId === me.userId) hand(id, { id: me.userId, name: me.name });
    else hand(id, members.find((member) => member.id === userId) ?? null);
  };
  if (!can.assign)
    return (
      <span className="flex min-w-0 shrink-0 items-center gap-1.5 px-1 text-sm text-muted" title={t("assign.notAllowed")}>
        <UserRound aria-hidden="true" className="size-4 shrink-0" />
        <bdi className="max-w-40 truncate @max-[36rem]:sr-only">{name ?? t("list.unassigned")}</bdi>
      </span>
    );
  return (
    <DropdownMenu
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button
          size="sm"
          variant="quiet"
          aria-keyshortcuts="A"
          aria-label={name ? t("assign.now", { name }) : t("assign.open")}
          icon={assignee ? <Avatar name={assignee.name} className="size-6 text-[0.625rem]" /> : <UserRound aria-hidden="true" />}
          className="max-w-44 px-2 @max-[36rem]:size-9 @max-[36rem]:p-0 pointer-coarse:@max-[36rem]:size-11"
        >
          <bdi className="truncate @max-[36rem]:hidden">{name ?? t("assign.open")}</bdi>
        </Button>
      }
    >
      {!mine && (
        <>
          <MenuItem onSelect={() => give(me.userId)}>
            <UserRoundCheck aria-hidden="true" />
            {t("assign.me")}
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>{t("assign.colleagues")}</MenuLabel>
      <MenuRadioGroup value={assignee?.id ?? NOBODY} onValueChange={give}>
        <Colleagues />
        <MenuSeparator />
        <MenuRadioItem value={NOBODY}>{t("assign.nobody")}</MenuRadioItem>
      </MenuRadioGroup>
    </DropdownMenu>
  );
}
