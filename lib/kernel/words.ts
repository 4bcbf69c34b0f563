/** Words of a text, folded: what search and pickers compare. Pure. */

const ASCII = /^[ -~\s]*$/;
/** Case, accents and compatibility forms folded away. */
export const fold = (text: string) =>
  ASCII.test(text)
    ? text.toLowerCase()
    : text
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFD")
        .replace(/\p{M}+/gu, "")
        .normalize("NFC");

const LONGEST = 40;
/** The words of a text in order, folded, each cut to 40 letters. */
export const words = (text: string): string[] =>
  (fold(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((w) => [...w].slice(0, LONGEST).join(""));

/** True when every asked word, of the first eight, begins some word of the text. */
export function matches(text: string, query: string): boolean {
  const have = words(text);
  return words(query)
    .slice(0, 8)
    .every((q) => have.some((w) => w.startsWith(q)));
}
