import { cn } from "@/components/ui/cn";

/** A key on the keyboard. */
export function Kbd({ className, children }: { className?: string; children: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line bg-sunken px-1.5 font-sans text-xs text-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
