"use client";
import "./globals.css";
import { Fatal } from "@/components/shell/fatal";
import { fatalWords } from "@/components/shell/fatal-words";

/** The last net: even the root layout failed. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const { locale, words } = fatalWords();
  return (
    <html lang={locale} suppressHydrationWarning>
      <body className="bg-paper text-ink">
        <Fatal words={words} reference={error.digest} onRetry={reset} />
      </body>
    </html>
  );
}
