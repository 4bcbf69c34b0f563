import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

/** A sheet of paper on the desk: hairline, no shadow. */
export function Card({ className, ...rest }: ComponentProps<"section">) {
  return <section className={cn("rounded-lg border border-line bg-surface p-5", className)} {...rest} />;
}
