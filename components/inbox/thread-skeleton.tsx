import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";

const BUBBLES = [
  { key: "a", look: "w-2/5" },
  { key: "b", look: "ms-auto w-1/2" },
  { key: "c", look: "w-1/3" },
  { key: "d", look: "ms-auto w-2/5" },
];

/** The shape of a thread while it loads. */
export function ThreadSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-busy="true" aria-label={label} className="flex grow flex-col">
      <div className="flex h-14 items-center gap-3 border-b border-line bg-surface px-4">
        <Skeleton className="size-9 rounded-full" />
        <Skeleton className="h-4 w-36" />
      </div>
      <div className="flex grow flex-col justify-end gap-4 p-6">
        {BUBBLES.map(({ key, look }) => (
          <Skeleton key={key} className={cn("h-12 rounded-bubble", look)} />
        ))}
      </div>
    </div>
  );
}
