"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { createContext, useContext } from "react";
import { VIEWS, type ViewName } from "@/lib/inbox/views";

/** Where one is in the inbox; all of it is in the address. */
export interface Place {
  view: ViewName;
  conversationId: string | null;
  /** A message to show, from a search hit. */
  messageId: string | null;
  q: string;
}

const VIEW_COOKIE = "parley-view";
const DefaultView = createContext<ViewName>("all");
export const DefaultViewProvider = DefaultView;

/** Reads `/inbox/[view]/[conversationId]`; an address without a view is the view last chosen. */
export function parsePlace(path: string, fallback: ViewName): Pick<Place, "view" | "conversationId"> {
  const [, , view, conversationId] = path.split("/");
  return { view: VIEWS.find((name) => name === view) ?? fallback, conversationId: conversationId || null };
}

export function usePlace(): Place {
  const params = useSearchParams();
  const path = usePathname();
  const fallback = useContext(DefaultView);
  return { ...parsePlace(path, fallback), messageId: params.get("m"), q: params.get("q") ?? "" };
}

/** The address of a place. */
export function hrefOf(place: Partial<Place> & { view: ViewName }): string {
  const query = new URLSearchParams();
  if (place.q) query.set("q", place.q);
  if (place.messageId) query.set("m", place.messageId);
  const search = query.size ? `?${query}` : "";
  return `/inbox/${place.view}${place.conversationId ? `/${place.conversationId}` : ""}${search}`;
}

/** Goes there without asking the server: the data is in the query cache or on its way to it. */
export function go(href: string, how: "push" | "replace" = "push"): void {
  if (href === window.location.pathname + window.location.search) return;
  if (how === "push") window.history.pushState(null, "", href);
  else window.history.replaceState(null, "", href);
}

export function rememberView(view: ViewName): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser we support
  document.cookie = `${VIEW_COOKIE}=${view}; path=/; max-age=31536000; samesite=lax`;
}
