import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const look = cva("flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-sm [&_svg]:size-4 [&_svg]:shrink-0", {
  variants: {
    tone: {
      plain: "bg-sunken text-ink",
      note: "bg-note-soft text-note-ink",
      danger: "bg-danger-soft text-danger-ink",
    },
  },
  defaultVariants: { tone: "plain" },
});

interface Props extends VariantProps<typeof look> {
  icon?: ReactNode;
  action?: ReactNode;
  /** `status` is said when the reader pauses, `alert` at once. */
  role?: "status" | "alert";
  className?: string;
  children: ReactNode;
}

/** A line across a pane that says what is going on there. */
export function Banner({ tone, icon, action, role, className, children }: Props) {
  return (
    <div {...(role && { role })} className={cn(look({ tone }), className)}>
      {icon}
      <div className="min-w-0 grow basis-48">{children}</div>
      {action}
    </div>
  );
}
