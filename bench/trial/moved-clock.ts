/** A clock that a trial moves for several programs at once, by libfaketime; it runs on from wherever it was put. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { findFaketime } from "../../scripts/lib/faketime.mjs";

export interface MovedClock {
  /** What a program's environment needs to follow this clock: one of a single thread, or of several. */
  env(kind: "processes" | "threads"): Record<string, string>;
  /** Puts the clock at an instant, forwards or back; every program follows at its next look. */
  moveTo(at: Date): void;
  now(): Date;
  /** Forgets the clock, when its programs have ended; `pids` did not clear their shared memory away. */
  close(pids: number[]): void;
}

/**
 * Makes a clock that shows the real time until it is moved. It is kept as a distance from the real time, not as an instant to begin
 * at: a program that starts later, or again, must not begin there anew.
 * @throws Hint when libfaketime is not here and cannot be installed
 */
export async function makeClock(): Promise<MovedClock> {
  const library = await findFaketime();
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "parley-clock-"));
  fs.chmodSync(dir, 0o755); // Postgres may run as another user
  const file = path.join(dir, "distance");
  let distance = 0;
  const put = () => {
    // in one move: a program that reads half a file would fall back to the real time
    fs.writeFileSync(`${file}.new`, `${distance < 0 ? "-" : "+"}${(Math.abs(distance) / 1000).toFixed(3)}\n`);
    fs.renameSync(`${file}.new`, file);
  };
  put();
  return {
    env: (kind) => ({
      LD_PRELOAD: library[kind],
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      // two names of one switch, as versions differ: what measures a span of time must not jump
      DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    }),
    moveTo: (at) => {
      distance = at.getTime() - Date.now();
      put();
    },
    now: () => new Date(Date.now() + distance),
    close: (pids) => {
      fs.rmSync(dir, { recursive: true, force: true });
      for (const pid of pids)
        for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) fs.rmSync(`/dev/shm/${name}`, { force: true });
    },
  };
}
