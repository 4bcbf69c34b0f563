"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { api } from "@/components/data/api";
import { pauseLive } from "@/components/data/live";
import { useToasts } from "@/components/data/toast-store";
import { useHydrated } from "@/components/data/use-hydrated";
import { useProblemText } from "@/components/data/use-problem-text";
import { LANGUAGES } from "@/components/shell/languages";
import { useMe } from "@/components/shell/me";
import { Avatar } from "@/components/ui/avatar";
import { DropdownMenu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@/components/ui/dropdown-menu";

const THEMES = ["system", "light", "dark"] as const;

/** Language, theme and the way out. */
export function MeMenu() {
  const t = useTranslations("shell");
  const me = useMe();
  const router = useRouter();
  const hydrated = useHydrated();
  const { theme, setTheme } = useTheme();
  const client = useQueryClient();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const onError = (error: Error) => show({ title: problem(error), tone: "danger" });
  const language = useMutation({
    mutationFn: (locale: string) => api.send("PUT", "/api/me/preferences", { locale }),
    onSuccess: () => router.refresh(),
    onError,
  });
  const signOut = useMutation({
    mutationFn: () => api.send("POST", "/api/session/sign-out", {}),
    onMutate: pauseLive,
    onSuccess: () => {
      client.clear();
      window.location.assign("/sign-in");
    },
    onError: (error, _, resumeLive) => {
      resumeLive?.();
      onError(error);
    },
  });
  return (
    <DropdownMenu
      align="end"
      side="right"
      trigger={
        <button
          type="button"
          aria-label={t("me.open", { name: me.name })}
          title={me.name}
          disabled={!hydrated}
          className="flex size-11 items-center justify-center rounded-full disabled:opacity-50 md:size-10"
        >
          <Avatar name={me.name} className="size-8" />
        </button>
      }
    >
      <div className="max-w-72 px-2.5 pt-1.5 pb-1 text-sm">
        <bdi className="block truncate font-semibold">{me.name}</bdi>
        <span className="block truncate text-muted">{me.email}</span>
      </div>
      <MenuSeparator />
      <MenuLabel>{t("me.language")}</MenuLabel>
      <MenuRadioGroup value={me.locale} onValueChange={(locale) => language.mutate(locale)}>
        {LANGUAGES.map(({ locale, name }) => (
          <MenuRadioItem key={locale} value={locale} lang={locale}>
            {name}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuLabel>{t("me.theme")}</MenuLabel>
      <MenuRadioGroup value={theme ?? "system"} onValueChange={setTheme}>
        {THEMES.map((name) => (
          <MenuRadioItem key={name} value={name} onSelect={(event) => event.preventDefault()}>
            {t(`theme.${name}`)}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuItem onSelect={() => signOut.mutate()}>
        <LogOut aria-hidden="true" />
        {t("me.signOut")}
      </MenuItem>
    </DropdownMenu>
  );
}
