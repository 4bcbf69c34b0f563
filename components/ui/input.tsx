import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

export const inputLook =
  "w-full rounded border border-line-strong bg-floating px-3 text-base text-ink placeholder:text-muted transition-colors hover:border-muted focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-focus disabled:opacity-60 aria-invalid:border-danger read-only:bg-sunken";

/** A native text input. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(inputLook, "h-10 pointer-coarse:h-11", className)} {...rest} />;
}
