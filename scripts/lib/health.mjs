// Waiting until a program answers.
import { tail } from "./files.mjs";
import { Hint } from "./say.mjs";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** The status of a GET, or null when nobody answers. */
export async function statusOf(url, timeoutMs = 5000) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

/**
 * Waits for a 200.
 * @param {{name: string, url: string, log: string, restarts: () => number, timeoutMs?: number}} options
 * @throws {Hint} with the log's end when the program keeps dying or the time is over.
 */
export async function waitHealthy({ name, url, log, restarts, timeoutMs = 60_000 }) {
  const until = Date.now() + timeoutMs;
  let status = null;
  while (Date.now() < until) {
    status = await statusOf(url);
    if (status === 200) return;
    if (restarts() >= 3) throw new Hint(`${name} does not stay up; the end of ${log}:\n${tail(log)}`);
    await sleep(100);
  }
  throw new Hint(`${name} is not healthy (${url} answers ${status ?? "nothing"}); the end of ${log}:\n${tail(log)}`);
}
