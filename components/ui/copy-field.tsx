"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

interface Props {
  id: string;
  value: string;
  copyLabel: string;
  copiedLabel: string;
  "aria-describedby"?: string;
}

/** A value to take elsewhere: read-only, selected on focus, with a copy button that says when it is done. */
export function CopyField({ id, value, copyLabel, copiedLabel, ...rest }: Props) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2500);
  };
  return (
    <div className="flex gap-2">
      <Input
        id={id}
        readOnly
        dir="ltr"
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        className="min-w-0 grow font-mono text-sm"
        {...rest}
      />
      <Button className="h-10" onClick={copy} icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}>
        <span aria-live="polite">{copied ? copiedLabel : copyLabel}</span>
      </Button>
    </div>
  );
}
