import { ChevronDown } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { inputLook } from "@/components/ui/input";

interface Props {
  id?: string;
  value: string;
  onValueChange: (value: string) => void;
  /** Names the control where no visible label does. */
  label?: string;
  options: { value: string; label: string }[];
  disabled?: boolean;
  className?: string;
}

/** One choice out of a short list: the browser's own control, which every keyboard, phone and reader knows. */
export function Select({ id, value, onValueChange, label, options, disabled, className }: Props) {
  return (
    <span className={cn("relative inline-flex", className)}>
      <select
        {...(id && { id })}
        {...(label && { "aria-label": label })}
        value={value}
        disabled={disabled}
        onChange={(event) => onValueChange(event.target.value)}
        className={cn(inputLook, "h-10 w-full appearance-none pe-9 pointer-coarse:h-11")}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute end-3 top-1/2 size-4 -translate-y-1/2 text-muted" />
    </span>
  );
}
