"use client";
import { useTranslations } from "next-intl";
import { useToasts } from "@/components/data/toast-store";
import { focusComposer } from "@/components/inbox/focus";
import { useLastAction } from "@/components/inbox/last-action";
import { go, hrefOf, type Place } from "@/components/inbox/place";
import { useChangeStatus, useGive } from "@/components/inbox/use-triage";
import { useMe } from "@/components/shell/me";
import { useShortcuts } from "@/components/shell/use-shortcuts";

const rowLinks = () => [...document.querySelectorAll<HTMLAnchorElement>("a[data-row]")];

/** The row the keys act on: the focused one, else the open one. */
function target(place: Place): string | null {
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined;
  return focused ?? place.conversationId;
}

/** Moves to the next or previous row; the first one when none is focused or open. */
function step(place: Place, by: 1 | -1): void {
  const links = rowLinks();
  const at = links.findIndex((link) => link.dataset.row === target(place));
  const next = links[at === -1 ? 0 : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** The offer to file the focused message as an instruction; else that of the newest one. */
function instructTarget(): HTMLButtonElement | undefined {
  const focused = document.activeElement?.closest("[data-message]")?.querySelector<HTMLButtonElement>("[data-instruct]");
  return focused ?? [...document.querySelectorAll<HTMLButtonElement>("[data-instruct]")].at(-1);
}

/** The keys of the inbox; letters work outside fields only. `A` belongs to the menu it opens. */
export function useInboxKeys(place: Place): void {
  const me = useMe();
  const status = useChangeStatus();
  const give = useGive();
  const t = useTranslations("problems");
  const show = useToasts((state) => state.show);
  useShortcuts({
    j: () => step(place, 1),
    ArrowDown: (event) => {
      if (document.activeElement instanceof HTMLElement && document.activeElement.dataset.row) {
        event.preventDefault();
        step(place, 1);
      }
    },
    k: () => step(place, -1),
    ArrowUp: (event) => {
      if (document.activeElement instanceof HTMLElement && document.activeElement.dataset.row) {
        event.preventDefault();
        step(place, -1);
      }
    },
    r: (event) => {
      event.preventDefault();
      focusComposer();
    },
    t: (event) => {
      event.preventDefault();
      document.getElementById("choose-template")?.click();
    },
    e: () => {
      const id = target(place);
      if (id) status.toggle(id);
    },
    i: () => {
      const id = target(place);
      if (id && me.permissions.includes("inbox.assign")) give(id, { id: me.userId, name: me.name });
    },
    f: () => {
      const offer = instructTarget();
      if (offer) offer.click();
      else if (place.conversationId) show({ title: t("detail.not_bound") });
    },
    z: () => useLastAction.getState().undo?.(),
    "/": (event) => {
      event.preventDefault();
      document.getElementById("search")?.focus();
    },
    End: () => document.getElementById("jump-to-latest")?.click(),
    Escape: () => {
      if (place.conversationId) go(hrefOf({ view: place.view, q: place.q }));
    },
  });
}
