/** What search indexes and asks for: whole words and their beginnings. Pure. */
import { words } from "@/lib/kernel/words";

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

/** Terms of a phone: its whole digits and every ending of at least seven, so that it is found without its country code. */
export function phoneTerms(digits: string): string[] {
  const out: string[] = [];
  for (let n = 7; n <= digits.length; n++) out.push(`#${digits.slice(-n)}`);
  return out;
}
