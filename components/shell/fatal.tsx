"use client";
import { buttonLook } from "@/components/ui/button";

/** A page that could not be drawn at all; its words come from outside, since nothing of the page may be needed here. */
export function Fatal({
  words,
  reference,
  onRetry,
}: {
  words: { title: string; body: string; retry: string };
  reference?: string | undefined;
  onRetry: () => void;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-1.5 px-6 text-center">
      <title>{words.title}</title>
      <h1 className="text-xl font-semibold">{words.title}</h1>
      <p className="text-muted">{words.body}</p>
      <button type="button" onClick={onRetry} className={buttonLook({ variant: "primary", className: "mt-4" })}>
        {words.retry}
      </button>
      {reference && <code className="mt-2 text-xs text-muted">{reference}</code>}
    </main>
  );
}
