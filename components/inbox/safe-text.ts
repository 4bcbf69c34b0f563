/** Makes foreign text harmless to read: nothing in it may turn or hide what stands around it. Pure. */

// Bidi embeddings, overrides and isolates: they can make a sentence read backwards. The paragraph's own direction comes from `dir="auto"`.
const BIDI = /[\u202A-\u202E\u2066-\u2069]/gu;
// Invisible without a meaning for people. ZWJ and ZWNJ stay: emoji and several scripts need them.
const INVISIBLE = /[\u00AD\u180E\u200B\u2060-\u2064\uFEFF]/gu;
// Half a character, as broken senders produce it.
const LONE = /\p{Surrogate}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/gu;

/** For message bodies: line breaks and tabs stay. */
export const safeText = (text: string): string =>
  text.replace(LONE, "\uFFFD").replace(/\r\n?/g, "\n").replace(BIDI, "").replace(INVISIBLE, "").replace(CONTROL, "");

/** For names and previews: one line, marks of direction gone too. */
export const safeLine = (text: string): string =>
  safeText(text)
    .replace(/[\u200E\u200F\u061C]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
