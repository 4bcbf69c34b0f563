/** Throughput of a number and of a pair. Pure but for its own counters. */

const PAIR_BURST = 45;
const PAIR_REFILL_MS = 6000;

export class Limits {
  private readonly seconds = new Map<string, { second: number; count: number }>();
  private readonly pairs = new Map<string, { tokens: number; at: number }>();

  /** Counts one message of a number. @returns false when the second is full */
  takeSecond(phoneNumberId: string, perSecond: number, now: number): boolean {
    if (perSecond <= 0) return true;
    const second = Math.floor(now / 1000);
    const current = this.seconds.get(phoneNumberId);
    const count = current?.second === second ? current.count : 0;
    if (count >= perSecond) return false;
    this.seconds.set(phoneNumberId, { second, count: count + 1 });
    return true;
  }

  /** Counts one message of a pair: one per 6 s, with bursts of up to 45 borrowed from the future. */
  takePair(phoneNumberId: string, client: string, now: number): boolean {
    const key = `${phoneNumberId}|${client}`;
    const bucket = this.pairs.get(key) ?? { tokens: PAIR_BURST, at: now };
    const tokens = Math.min(PAIR_BURST, bucket.tokens + (now - bucket.at) / PAIR_REFILL_MS);
    this.pairs.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }
}
