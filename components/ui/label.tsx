import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

/** A label tied to a control by `htmlFor`. */
export function Label({ className, htmlFor, children, ...rest }: ComponentProps<"label"> & { htmlFor: string }) {
  return (
    <label htmlFor={htmlFor} className={cn("block text-sm font-semibold text-ink", className)} {...rest}>
      {children}
    </label>
  );
}
