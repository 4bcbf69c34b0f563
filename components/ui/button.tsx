import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Spinner } from "@/components/ui/spinner";

export const buttonLook = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded font-semibold transition-colors disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-accent text-on-accent hover:bg-accent-hover",
        secondary: "border border-line-strong bg-surface text-ink hover:bg-hover",
        quiet: "text-ink hover:bg-hover",
        link: "text-accent-ink underline underline-offset-3 hover:decoration-2",
        danger: "bg-danger text-on-danger hover:opacity-90",
      },
      size: { sm: "h-8 px-3 text-sm", md: "h-9 px-4 text-sm", lg: "h-11 px-5 text-base", inline: "h-auto p-0 text-[inherit]" },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

interface Props extends ComponentProps<"button">, VariantProps<typeof buttonLook> {
  /** While true the button keeps its place and its text is announced as busy. */
  pending?: boolean;
  icon?: ReactNode;
}

/** A native button; `type` is `button` unless said otherwise. */
export function Button({
  variant,
  size,
  pending,
  icon,
  className,
  children,
  disabled,
  type = "button",
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type={type}
      className={cn(buttonLook({ variant, size }), className)}
      disabled={disabled}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      // at work it keeps the focus, which a disabled one would lose, and does nothing: a form is not sent twice either
      onClick={pending ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {pending ? <Spinner /> : icon}
      {children}
    </button>
  );
}
