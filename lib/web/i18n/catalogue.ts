/** All words of one language, room by room. The server picks from it what a page needs. */

import type { Locale } from "@/lib/web/i18n/config";
import type auth from "@/lib/web/i18n/locales/en/auth.json";
import type failure from "@/lib/web/i18n/locales/en/failure.json";
import type inbox from "@/lib/web/i18n/locales/en/inbox.json";
import type matters from "@/lib/web/i18n/locales/en/matters.json";
import type messages from "@/lib/web/i18n/locales/en/messages.json";
import type onboarding from "@/lib/web/i18n/locales/en/onboarding.json";
import type pages from "@/lib/web/i18n/locales/en/pages.json";
import type problems from "@/lib/web/i18n/locales/en/problems.json";
import type settings from "@/lib/web/i18n/locales/en/settings.json";
import type shell from "@/lib/web/i18n/locales/en/shell.json";
import type standing from "@/lib/web/i18n/locales/en/standing.json";
import type templates from "@/lib/web/i18n/locales/en/templates.json";

export interface Catalogue {
  auth: typeof auth;
  failure: typeof failure;
  inbox: typeof inbox;
  matters: typeof matters;
  messages: typeof messages;
  onboarding: typeof onboarding;
  pages: typeof pages;
  problems: typeof problems;
  settings: typeof settings;
  shell: typeof shell;
  standing: typeof standing;
  templates: typeof templates;
}

export const ROOMS = [
  "auth",
  "failure",
  "inbox",
  "matters",
  "messages",
  "onboarding",
  "pages",
  "problems",
  "settings",
  "shell",
  "standing",
  "templates",
] as const satisfies readonly (keyof Catalogue)[];

/** Loads one language. The cast is safe: `locales.test.ts` proves the three have the same shape. */
export async function loadCatalogue(locale: Locale): Promise<Catalogue> {
  const loaded = await Promise.all(
    ROOMS.map(async (room) => [room, (await import(`./locales/${locale}/${room}.json`)).default] as const),
  );
  return Object.fromEntries(loaded) as unknown as Catalogue;
}

/** The part of a catalogue that a client island gets. */
export function pick<R extends keyof Catalogue>(catalogue: Catalogue, rooms: readonly R[]): Pick<Catalogue, R> {
  return Object.fromEntries(rooms.map((room) => [room, catalogue[room]])) as Pick<Catalogue, R>;
}
