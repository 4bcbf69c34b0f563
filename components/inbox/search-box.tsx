"use client";
import { Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { useHydrated } from "@/components/data/use-hydrated";
import { go, hrefOf, type Place } from "@/components/inbox/place";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";
import { inputLook } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";

const SETTLE_MS = 150;

/** `/` comes here. What is typed goes to the address after 150 ms; the results follow the address. */
export function SearchBox({ place }: { place: Place }) {
  const t = useTranslations("inbox");
  const hydrated = useHydrated();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const here = useRef(place);
  useEffect(() => {
    here.current = place;
    if (input.current && document.activeElement !== input.current) input.current.value = place.q;
  });
  const search = (q: string) => go(hrefOf({ ...here.current, q }), "replace");
  const clear = () => {
    clearTimeout(timer.current);
    if (input.current) input.current.value = "";
    search("");
  };
  return (
    <search className="relative block">
      <Search aria-hidden="true" className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-muted" />
      <input
        ref={input}
        id="search"
        type="search"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        defaultValue={place.q}
        readOnly={!hydrated}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        aria-keyshortcuts="/"
        onInput={(event) => {
          const { value } = event.currentTarget;
          clearTimeout(timer.current);
          timer.current = setTimeout(search, SETTLE_MS, value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          clear();
          event.currentTarget.blur();
        }}
        className={cn(
          inputLook,
          "h-9 border-transparent bg-sunken ps-9 pe-9 text-sm read-only:bg-sunken hover:border-line pointer-coarse:h-11 [&::-webkit-search-cancel-button]:hidden",
        )}
      />
      {place.q ? (
        <IconButton
          label={t("search.clear")}
          icon={<X />}
          onClick={clear}
          className="absolute end-1 top-1/2 size-7 -translate-y-1/2"
        />
      ) : (
        <Kbd className="pointer-events-none absolute end-2 top-1/2 -translate-y-1/2 pointer-coarse:hidden">/</Kbd>
      )}
    </search>
  );
}
