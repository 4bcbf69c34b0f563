/** Spans have names; every span is in milliseconds. */
export const seconds = (n: number) => n * 1000;
export const minutes = (n: number) => seconds(n * 60);
export const hours = (n: number) => minutes(n * 60);
export const days = (n: number) => hours(n * 24);

export const addMs = (at: Date, ms: number) => new Date(at.getTime() + ms);

/** A source of the current instant; tests put their own in. */
export interface Clock {
  now(): Date;
}
export const systemClock: Clock = { now: () => new Date() };
