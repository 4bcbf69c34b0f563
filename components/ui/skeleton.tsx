import { cn } from "@/components/ui/cn";

/** A grey shape where content will be; it shows only after 150 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn("appear-late block rounded-sm bg-hover", className)} />;
}
