import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

const look = cva(
  "inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-full px-2 text-xs tabular [&_svg]:size-3",
  {
    variants: {
      tone: {
        plain: "bg-chip text-muted",
        accent: "bg-accent-soft text-accent-ink",
        solid: "bg-accent font-semibold text-on-accent",
        note: "bg-note-soft text-note-ink",
        danger: "bg-danger-soft text-danger-ink",
      },
    },
    defaultVariants: { tone: "plain" },
  },
);

/** A short fact beside a name. */
export function Badge({ tone, className, ...rest }: ComponentProps<"span"> & VariantProps<typeof look>) {
  return <span className={cn(look({ tone }), className)} {...rest} />;
}
