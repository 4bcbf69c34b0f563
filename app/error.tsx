"use client";
import { Fatal } from "@/components/shell/fatal";
import { fatalWords } from "@/components/shell/fatal-words";

/** For pages outside the workspace, such as the door. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <Fatal words={fatalWords().words} reference={error.digest} onRetry={reset} />;
}
