// What the launcher prints, and how it ends when it cannot go on.
const began = Date.now();

// A reader that went away (a closed pipe or terminal) must not end the launcher before its children.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** Seconds since this program began, as text. */
export const elapsed = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

export const say = (text) => console.log(text);

/** One line per step, with the time since the start. */
export const step = (text) => console.log(`  ${elapsed().padStart(8)}  ${text}`);

/** A fault of the surroundings that a person can mend; shown as one sentence, without a stack. */
export class Hint extends Error {}

/** Prints why we stop, in one sentence for a Hint and with the stack for anything unforeseen. */
export function explain(error) {
  console.error(error instanceof Hint ? `\n${error.message}` : error);
}
