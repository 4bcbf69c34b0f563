"use client";
import { fatalWords } from "@/app/fatal-words";
import { Fatal } from "@/components/shell/fatal";

/** For pages outside the workspace, such as the door. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <Fatal words={fatalWords().words} reference={error.digest} onRetry={reset} />;
}
