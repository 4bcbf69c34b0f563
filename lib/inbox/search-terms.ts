/** Words of a text as search sees them: folded, whole and by their beginnings. Pure. */

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
export const words = (text: string): string[] =>
  (fold(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((w) => [...w].slice(0, LONGEST).join(""));

const FROM = 3;
const TO = 6;
const MOST = 400;

/** What is indexed of a text: whole words and their beginnings of 3 to 6 letters; about 400 at most. */
export function terms(text: string): string[] {
  const out = new Set<string>();
  for (const word of words(text)) {
    out.add(word);
    const letters = [...word];
    for (let n = FROM; n <= TO && n < letters.length; n++) out.add(letters.slice(0, n).join(""));
    if (out.size >= MOST) break;
  }
  return [...out];
}

/** What is asked for: up to eight words, cut to six letters; longer ones are checked after opening. */
export const queryTerms = (query: string): string[] =>
  [...new Set(words(query).map((w) => [...w].slice(0, TO).join("")))].slice(0, 8);

/** True when every asked word begins some word of the text; drops the false hits of cut words. */
export function matches(text: string, query: string): boolean {
  const have = words(text);
  return words(query)
    .slice(0, 8)
    .every((q) => have.some((w) => w.startsWith(q)));
}

/** Terms of a phone: its whole digits and every ending of at least seven, so that it is found without its country code. */
export function phoneTerms(digits: string): string[] {
  const out: string[] = [];
  for (let n = 7; n <= digits.length; n++) out.push(`#${digits.slice(-n)}`);
  return out;
}
