"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useHydrated } from "@/components/data/use-hydrated";
import { useProblemText } from "@/components/data/use-problem-text";
import { useMe } from "@/components/shell/me";
import { DropdownMenu, MenuLabel, MenuRadioGroup, MenuRadioItem } from "@/components/ui/dropdown-menu";
import { Mark } from "@/components/ui/mark";

/** Shows where one works, and lets one change to another organisation: a new session, hence a new page. */
export function OrgMenu() {
  const t = useTranslations("shell");
  const me = useMe();
  const problem = useProblemText();
  const hydrated = useHydrated();
  const show = useToasts((state) => state.show);
  const change = useMutation({
    mutationFn: (organisationId: string) => api.send("POST", "/api/session/organisation", { organisationId }),
    onSuccess: () => window.location.assign("/inbox"),
    onError: (error) => show({ title: problem(error), tone: "danger" }),
  });
  return (
    <DropdownMenu
      align="start"
      side="bottom"
      trigger={
        <button
          type="button"
          aria-label={t("org.open", { name: me.organisation.name })}
          title={me.organisation.name}
          disabled={!hydrated}
          className="flex size-11 items-center justify-center rounded hover:bg-hover disabled:opacity-50 data-[state=open]:bg-hover md:size-10"
        >
          <Mark className="size-6" />
        </button>
      }
    >
      <MenuLabel>{t("org.label")}</MenuLabel>
      <MenuRadioGroup value={me.organisation.id} onValueChange={(id) => id !== me.organisation.id && change.mutate(id)}>
        {me.organisations.map((organisation) => (
          <MenuRadioItem key={organisation.id} value={organisation.id}>
            <bdi>{organisation.name}</bdi>
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
    </DropdownMenu>
  );
}
