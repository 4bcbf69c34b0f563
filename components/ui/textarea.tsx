import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { inputLook } from "@/components/ui/input";

/** A native text area that grows with its content where the browser can (`field-sizing`). */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(inputLook, "field-sizing-content min-h-10 resize-none py-2", className)} {...rest} />;
}
