"use client";
import "./globals.css";
import { buttonLook } from "@/components/ui/button";
import en from "@/lib/web/i18n/locales/en/fatal.json";
import id from "@/lib/web/i18n/locales/id/fatal.json";
import pt from "@/lib/web/i18n/locales/pt-BR/fatal.json";

const WORDS = { en, id, "pt-BR": pt } as const;

/** The last net: even the root layout failed, so nothing of it may be needed here. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const spoken = typeof navigator === "undefined" ? "en" : navigator.language;
  const locale = spoken.startsWith("pt") ? "pt-BR" : spoken.startsWith("id") ? "id" : "en";
  const words = WORDS[locale];
  return (
    <html lang={locale}>
      <body className="bg-paper text-ink">
        <title>{words.title}</title>
        <main className="flex min-h-dvh flex-col items-center justify-center gap-1.5 px-6 text-center">
          <h1 className="text-xl font-semibold">{words.title}</h1>
          <p className="text-muted">{words.body}</p>
          <button type="button" onClick={reset} className={buttonLook({ variant: "primary", className: "mt-4" })}>
            {words.retry}
          </button>
          {error.digest && <code className="mt-2 text-xs text-muted">{error.digest}</code>}
        </main>
      </body>
    </html>
  );
}
