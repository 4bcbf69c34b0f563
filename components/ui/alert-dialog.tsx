"use client";
import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { panelLook, scrimLook } from "@/components/ui/dialog";

interface Props {
  open: boolean;
  onOpenChange?: (open: boolean) => void;
  title: string;
  description: string;
  /** The button or link that answers; focused first. */
  action: ReactNode;
  cancel?: ReactNode;
}

/** A dialog that wants an answer: no click outside closes it. */
export function AlertDialog({ open, onOpenChange, title, description, action, cancel }: Props) {
  return (
    <Radix.Root open={open} {...(onOpenChange && { onOpenChange })}>
      <Radix.Portal>
        <Radix.Overlay className={scrimLook} />
        <Radix.Content className={panelLook}>
          <div className="px-5 pt-5 pb-4">
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            <Radix.Description className="mt-1.5 text-muted">{description}</Radix.Description>
          </div>
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
            {cancel && <Radix.Cancel asChild>{cancel}</Radix.Cancel>}
            <Radix.Action asChild>{action}</Radix.Action>
          </footer>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
