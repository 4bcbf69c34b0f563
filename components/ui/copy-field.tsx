"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useHydrated } from "@/components/data/use-hydrated";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { inputLook } from "@/components/ui/input";

interface Props {
  id: string;
  value: string;
  copyLabel: string;
  copiedLabel: string;
  /** A sentence, whose words stay whole. */
  prose?: boolean;
  "aria-describedby"?: string;
}

/** A value to take elsewhere: read-only, wrapped so that all of it is seen, selected on focus; its copy button says when it is done. */
export function CopyField({ id, value, copyLabel, copiedLabel, prose = false, ...rest }: Props) {
  const ready = useHydrated();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2500);
  };
  return (
    <div className="flex items-start gap-2 max-sm:flex-col">
      <textarea
        id={id}
        readOnly
        rows={1}
        dir="ltr"
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        className={cn(
          inputLook,
          "min-h-10 min-w-0 grow field-sizing-content resize-none py-2 text-sm",
          prose ? "break-words" : "font-mono break-all",
        )}
        {...rest}
      />
      <Button
        className="h-10"
        disabled={!ready}
        onClick={copy}
        icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      >
        <span aria-live="polite">{copied ? copiedLabel : copyLabel}</span>
      </Button>
    </div>
  );
}
