import { CloudOff } from "lucide-react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";

interface Props {
  title: string;
  detail?: string;
  /** Shown behind the summary, for the support desk. */
  reference?: { label: string; id: string } | null;
  retryLabel?: string;
  onRetry?: () => void;
  className?: string;
}

/** The error face of a list or pane: what happened, and the way to try again. */
export function ErrorState({ title, detail, reference, retryLabel, onRetry, className }: Props) {
  return (
    <div role="alert" className={cn("flex flex-col items-center justify-center gap-1.5 px-8 py-12 text-center", className)}>
      <CloudOff aria-hidden="true" className="mb-2 size-7 text-muted" strokeWidth={1.5} />
      <p className="font-semibold">{title}</p>
      {detail && <p className="max-w-80 text-sm text-muted">{detail}</p>}
      {onRetry && retryLabel && (
        <Button size="sm" className="mt-3" onClick={onRetry}>
          {retryLabel}
        </Button>
      )}
      {reference && (
        <details className="mt-2 text-xs text-muted">
          <summary>{reference.label}</summary>
          <code dir="ltr" className="select-all">
            {reference.id}
          </code>
        </details>
      )}
    </div>
  );
}
