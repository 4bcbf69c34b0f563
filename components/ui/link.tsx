import NextLink from "next/link";
import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

/** A link inside text. */
export function Link({ className, ...rest }: ComponentProps<typeof NextLink>) {
  return (
    <NextLink className={cn("rounded-sm text-accent-ink underline underline-offset-3 hover:decoration-2", className)} {...rest} />
  );
}
