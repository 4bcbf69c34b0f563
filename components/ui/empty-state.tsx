import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface Props {
  icon?: ReactNode;
  title: string;
  /** What to do next. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** The empty face of a list or pane: what is missing and the next step. */
export function EmptyState({ icon, title, children, action, className }: Props) {
  return (
    <div className={cn("flex flex-col items-center justify-center gap-1.5 px-8 py-12 text-center", className)}>
      {icon && <div className="mb-2 text-muted [&_svg]:size-7 [&_svg]:stroke-[1.5]">{icon}</div>}
      <p className="font-semibold">{title}</p>
      {children && <div className="max-w-80 text-sm text-muted">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
