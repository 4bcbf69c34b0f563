"use client";
import { X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";

export interface ToastContent {
  id: string;
  title: string;
  detail?: string;
  tone?: "plain" | "danger";
  action?: { label: string; onPress: () => void };
  /** Milliseconds it stays; hover and focus pause it. */
  duration?: number;
}

interface Props {
  toasts: ToastContent[];
  onClose: (id: string) => void;
  /** Names the region; `{hotkey}` is replaced by the key that reaches it. */
  regionLabel: string;
  closeLabel: string;
}

/** The stack of short notices at the foot of the page; F8 reaches it. */
export function Toasts({ toasts, onClose, regionLabel, closeLabel }: Props) {
  return (
    <Radix.Provider label={regionLabel} swipeDirection="down">
      {toasts.map((toast) => (
        <Radix.Root
          key={toast.id}
          type={toast.tone === "danger" ? "foreground" : "background"}
          duration={toast.duration ?? 6000}
          onOpenChange={(open) => !open && onClose(toast.id)}
          className="flex flex-wrap items-center justify-end gap-x-3 rounded-md bg-ink py-2 ps-4 pe-2 text-paper shadow-floating data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:slide-in-from-bottom-2"
        >
          <div className="min-w-0 grow basis-28 text-sm">
            <Radix.Title className="font-semibold">{toast.title}</Radix.Title>
            {toast.detail && <Radix.Description className="opacity-85">{toast.detail}</Radix.Description>}
          </div>
          {toast.action && (
            <Radix.Action altText={toast.action.label} asChild onClick={toast.action.onPress}>
              <Button size="sm" variant="quiet" className="text-paper underline underline-offset-3 hover:bg-paper/15">
                {toast.action.label}
              </Button>
            </Radix.Action>
          )}
          <Radix.Close asChild>
            <IconButton label={closeLabel} icon={<X />} className="text-paper hover:bg-paper/15 hover:text-paper" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed start-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2 outline-none max-md:top-[calc(4.5rem+env(safe-area-inset-top))] md:start-18 md:bottom-4 md:w-68 xl:start-16 xl:w-46" />
    </Radix.Provider>
  );
}
