"use client";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { cn } from "@/components/ui/cn";
import { floatLook } from "@/components/ui/dropdown-menu";
import { inputLook } from "@/components/ui/input";

interface Props {
  id?: string;
  value: string;
  onValueChange: (value: string) => void;
  /** Names the control where no visible label does. */
  label?: string;
  placeholder?: string;
  options: { value: string; label: string; hint?: string }[];
  className?: string;
}

/** One choice out of a short list. */
export function Select({ id, value, onValueChange, label, placeholder, options, className }: Props) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange}>
      <Radix.Trigger
        {...(id && { id })}
        {...(label && { "aria-label": label })}
        className={cn(
          inputLook,
          "flex h-10 items-center justify-between gap-2 text-start data-[placeholder]:text-muted",
          className,
        )}
      >
        <Radix.Value {...(placeholder && { placeholder })} />
        <Radix.Icon>
          <ChevronDown aria-hidden="true" className="size-4 text-muted" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={6}
          collisionPadding={8}
          className={cn(floatLook, "max-h-80 w-[var(--radix-select-trigger-width)]")}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="relative flex min-h-9 select-none items-center gap-2 rounded-sm px-2.5 py-1.5 pe-8 text-sm outline-none data-[highlighted]:bg-hover"
              >
                <Radix.ItemText>{option.label}</Radix.ItemText>
                {option.hint && <span className="text-muted">{option.hint}</span>}
                <Radix.ItemIndicator className="absolute end-2.5">
                  <Check aria-hidden="true" className="size-4" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
