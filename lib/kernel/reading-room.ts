/**
 * Bounds the bytes of unfinished bodies together. When they pass the bound the oldest body is ended, not the newest: whoever
 * stalls is old, and an honest sender, whose body takes milliseconds, is never kept out by those who stall.
 */

/** One body while it is being read. */
export interface ReadingPlace {
  /** Bytes counted for it so far. */
  bytes: number;
  /** Called at most once, when its room is wanted: it must stop reading and let its bytes go. */
  readonly end: () => void;
}

export class ReadingRoom {
  readonly #places = new Set<ReadingPlace>();
  #bytes = 0;
  /** @param most bytes all unfinished bodies may hold; at least twice the largest single body */
  constructor(readonly most: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Begins a body. @param end see ReadingPlace */
  enter(end: () => void): ReadingPlace {
    const place = { bytes: 0, end };
    this.#places.add(place);
    return place;
  }

  /** Counts bytes that arrived, and ends the oldest other bodies while all together hold too much. */
  add(place: ReadingPlace, bytes: number): void {
    place.bytes += bytes;
    this.#bytes += bytes;
    for (const oldest of this.#places) {
      if (this.#bytes <= this.most) return;
      if (oldest === place) continue;
      this.leave(oldest);
      oldest.end();
    }
  }

  /** Ends a body, however its reading ended; a second call does nothing. */
  leave(place: ReadingPlace): void {
    if (this.#places.delete(place)) this.#bytes -= place.bytes;
  }
}
