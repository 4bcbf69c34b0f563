/** Rows that do not open: they are told apart, counted and named once, and those around them stay readable. */
import { log } from "@/lib/platform/log";
import { counters } from "@/lib/platform/metrics";

const named = new Set<string>();
const MOST_NAMED = 10_000;

/**
 * What `open` makes of one row, or null when it fails: whatever is wrong with a seal or the shape under it is wrong with this
 * row alone. Counted each time; logged once per process, by the row's id only.
 */
export function openable<T>(table: string, rowId: string, open: () => T): T | null {
  try {
    return open();
  } catch {
    counters.unopened.inc({ table });
    const name = `${table}:${rowId}`;
    if (named.has(name)) return null;
    if (named.size >= MOST_NAMED) named.clear();
    named.add(name);
    log.error("row.unopened", { table, rowId });
    return null;
  }
}
