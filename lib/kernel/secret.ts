const DOTS = "•••";

/** A value that prints as dots wherever it is logged, serialised or interpolated; `open()` is for providers and crypto only. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  open(): string {
    return this.#value;
  }
  toString() {
    return DOTS;
  }
  toJSON() {
    return DOTS;
  }
  [Symbol.for("nodejs.util.inspect.custom")]() {
    return DOTS;
  }
}
