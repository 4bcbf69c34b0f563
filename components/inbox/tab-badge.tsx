"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { countsQuery } from "@/components/inbox/queries";
import type { ViewName } from "@/lib/inbox/views";

/** The number in the tab's title and the dot on its icon. */
export function TabBadge({ view }: { view: ViewName }) {
  const t = useTranslations("inbox");
  const count = useQuery(countsQuery).data?.[view] ?? 0;
  const name = t("title");
  useEffect(() => {
    document.title = `${count > 0 ? `(${count > 99 ? "99+" : count}) ` : ""}${name} · Parley`;
    const icon = document.querySelector<HTMLLinkElement>("link[rel='icon']");
    if (icon) icon.href = count > 0 ? "/icon-unread.svg" : "/icon.svg";
  }, [count, name]);
  return null;
}
