import { useEffect, useRef } from "react";
import { type KeyBindingMap, tinykeys } from "tinykeys";

const FIELDS =
  "input, textarea, select, [contenteditable], [role='menu'], [role='listbox'], [role='dialog'], [role='alertdialog']";

const inField = (event: KeyboardEvent) => event.target instanceof Element && event.target.closest(FIELDS) !== null;

/** Keys that work anywhere but in fields, menus and dialogs. `event.key` is matched, so any keyboard layout does. */
export function useShortcuts(bindings: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  const keys = Object.keys(bindings).join(" ");
  useEffect(() => {
    const map: KeyBindingMap = {};
    // Where a symbol sits behind Shift depends on the layout, so both ways count.
    const presses = keys.split(" ").flatMap((key) =>
      /^[^a-z0-9]$/i.test(key)
        ? [
            { press: key, key },
            { press: `Shift+${key}`, key },
          ]
        : [{ press: key, key }],
    );
    for (const { press, key } of presses) {
      map[press] = (event) => {
        if (
          event.defaultPrevented ||
          event.isComposing ||
          inField(event) ||
          document.querySelector("[role='dialog'], [role='alertdialog']")
        )
          return;
        latest.current[key]?.(event);
      };
    }
    return tinykeys(window, map);
  }, [keys]);
}
