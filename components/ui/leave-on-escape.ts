import type { KeyboardEvent } from "react";

/**
 * Escape closes what has the focus. Radix asks only the layer that came last, which may be a notice that appeared over an open menu.
 * @param close called unless the key was taken already
 */
export const leaveOnEscape = (close: () => void) => (event: KeyboardEvent) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  close();
};
