import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface Props extends Omit<ComponentProps<"button">, "aria-label"> {
  /** What it does, for readers and as the hover text. */
  label: string;
  icon: ReactNode;
  /** The key that does the same, shown in the hover text. */
  shortcut?: string;
}

/** A square button that shows only an icon; 32 px, 44 under a finger. */
export function IconButton({ label, icon, shortcut, className, type = "button", ...rest }: Props) {
  return (
    <button
      type={type}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      title={shortcut ? `${label} (${shortcut})` : label}
      className={cn(
        "inline-flex size-8 shrink-0 items-center justify-center rounded text-muted transition-colors hover:bg-hover hover:text-ink disabled:opacity-50 data-[state=open]:bg-hover data-[state=open]:text-ink pointer-coarse:size-11 [&_svg]:size-[18px]",
        className,
      )}
      {...rest}
    >
      {icon}
    </button>
  );
}
