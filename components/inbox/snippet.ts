/** Cuts a text around what was searched and marks the hits. Pure. */

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const BEFORE = 24;

export function snippet(text: string, q: string): { text: string; hit: boolean }[] {
  const words = fold(q)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= 2);
  const parts = text.split(/([\p{L}\p{N}\p{M}]+)/u).map((part) => {
    const folded = fold(part);
    return { text: part, hit: words.some((word) => folded.startsWith(word)) };
  });
  const first = parts.findIndex((part) => part.hit);
  let length = 0;
  let from = Math.max(0, first);
  while (from > 0 && length < BEFORE) length += parts[--from]?.text.length ?? 0;
  return from > 0 ? [{ text: "… ", hit: false }, ...parts.slice(from)] : parts;
}
