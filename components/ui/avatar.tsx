import { cn } from "@/components/ui/cn";

/** First letters of the first and last word, for people without a picture. */
export function initials(name: string): string {
  const words = name
    .replace(/[^\p{L}\p{N}\s]/gu, "")
    .trim()
    .split(/\s+/u)
    .filter(Boolean);
  const first = words[0];
  if (!first) return "";
  if (/^\p{N}/u.test(first)) return words.join("").slice(-2).toUpperCase();
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letter = (word: string) => String.fromCodePoint(word.codePointAt(0) ?? 63);
  return (letter(first) + (last ? letter(last) : "")).toLocaleUpperCase();
}

/** Initials in a circle; decorative, the name stands beside it. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "inline-flex size-9 shrink-0 select-none items-center justify-center rounded-full bg-accent-soft text-xs font-semibold tracking-wide text-accent-ink",
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}
