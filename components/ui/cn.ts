import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

const merge = extendTailwindMerge({ extend: { theme: { radius: ["bubble"], shadow: ["floating"] } } });

/** Joins class names; a later Tailwind utility replaces an earlier one of the same kind. */
export const cn = (...classes: ClassValue[]) => merge(clsx(classes));
