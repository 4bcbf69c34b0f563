"use client";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { useHydrated } from "@/components/data/use-hydrated";
import { LANGUAGES } from "@/components/shell/languages";
import { cn } from "@/components/ui/cn";

/** Three languages by their own names; the choice is kept in a cookie until one signs in. */
export function LanguageSwitch({ label, current }: { label: string; current: string }) {
  const router = useRouter();
  const hydrated = useHydrated();
  const [pending, start] = useTransition();
  const choose = (locale: string) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser we support
    document.cookie = `parley-locale=${locale}; path=/; max-age=31536000; samesite=lax`;
    start(() => router.refresh());
  };
  return (
    <nav aria-label={label} aria-busy={pending}>
      <ul className="-ms-2 flex flex-wrap gap-x-1">
        {LANGUAGES.map(({ locale, name }) => (
          <li key={locale}>
            <button
              type="button"
              lang={locale}
              aria-pressed={locale === current}
              disabled={!hydrated}
              onClick={() => choose(locale)}
              className={cn(
                "h-8 rounded px-2 text-sm hover:bg-hover disabled:opacity-60 pointer-coarse:h-11",
                locale === current ? "font-semibold text-ink" : "text-muted",
              )}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
