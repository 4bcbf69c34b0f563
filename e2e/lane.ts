/** The stack that this Playwright worker drives: each has a web, a worker, a sandbox and a database of its own. */

/** What the launcher says of every stack, in the order of Playwright's workers. */
const lanes: Record<string, string>[] = JSON.parse(process.env.E2E_LANES ?? "[]");

/** Settings of the stack of the process that asks; Playwright numbers its workers from 0 and a worker that comes back keeps its number. */
export const lane = (): Record<string, string> => lanes[Number(process.env.TEST_PARALLEL_INDEX ?? 0)] ?? {};

/** How many workers may run side by side. */
export const laneCount = Math.max(1, lanes.length);
