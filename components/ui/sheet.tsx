"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { scrimLook } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  closeLabel: string;
  className?: string;
  children: ReactNode;
}

/** A panel that comes in from the end side; a dialog to assistive technology. */
export function Sheet({ open, onOpenChange, title, closeLabel, className, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={scrimLook} />
        <Radix.Content
          aria-describedby={undefined}
          className={cn(
            "fixed inset-y-0 end-0 z-50 flex w-[min(24rem,100vw)] flex-col border-s border-line bg-floating shadow-floating outline-none data-[state=open]:animate-in data-[state=open]:fade-in-0",
            className,
          )}
        >
          <header className="flex h-14 items-center justify-between gap-3 border-b border-line px-4">
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={closeLabel} icon={<X />} className="-me-1" />
            </Radix.Close>
          </header>
          <div className="thin-scroll min-h-0 grow overflow-y-auto p-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
