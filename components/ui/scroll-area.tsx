import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

/** A pane that scrolls by itself, reachable by keyboard when nothing in it takes focus (`tabIndex={0}` and a label). */
export function ScrollArea({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("thin-scroll min-h-0 overflow-y-auto overscroll-contain", className)} {...rest} />;
}
