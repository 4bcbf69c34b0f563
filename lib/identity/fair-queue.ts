/**
 * Turns for costly work: a bounded number at once, and those who wait take turns by lane, so that whoever fills their own
 * lane does not stand in the way of the others.
 */
import { AppError } from "@/lib/kernel/errors";

export interface FairQueueLimits {
  /** Works running at once. */
  atOnce: number;
  /** Works that may wait in one lane. */
  perLane: number;
  /** Works that may wait in all lanes together. */
  waiting: number;
}

export class FairQueue {
  #running = 0;
  #waiting = 0;
  /** In the order in which the lanes come next. */
  readonly #lanes = new Map<string, (() => void)[]>();
  constructor(readonly limits: FairQueueLimits) {}

  /**
   * Runs `work` when its turn comes.
   * @param lane whose work it is
   * @throws AppError `unavailable` `busy` when the lane or the whole queue is full
   */
  async run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.limits.atOnce) await this.#turn(lane);
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** Resolves with the place of whoever has just ended, so that nobody slips in between. */
  #turn(lane: string): Promise<void> {
    const own = this.#lanes.get(lane) ?? [];
    if (own.length >= this.limits.perLane || this.#waiting >= this.limits.waiting) {
      return Promise.reject(new AppError("unavailable", "busy", { retryAfter: 5 }));
    }
    this.#lanes.set(lane, own);
    this.#waiting++;
    return new Promise((resolve) => own.push(resolve));
  }

  #next(): void {
    const [first] = this.#lanes;
    if (!first) {
      this.#running--;
      return;
    }
    const [lane, own] = first;
    this.#lanes.delete(lane);
    const start = own.shift();
    if (own.length > 0) this.#lanes.set(lane, own); // to the end of the round
    this.#waiting--;
    start?.();
  }
}
