import { Separator as Radix } from "radix-ui";
import { cn } from "@/components/ui/cn";

/** A hairline; decorative unless told otherwise. */
export function Separator({ vertical = false, className }: { vertical?: boolean; className?: string }) {
  return (
    <Radix.Root
      decorative
      orientation={vertical ? "vertical" : "horizontal"}
      className={cn("shrink-0 bg-line", vertical ? "w-px self-stretch" : "h-px w-full", className)}
    />
  );
}
