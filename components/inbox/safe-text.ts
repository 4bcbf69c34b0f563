/** Makes foreign text harmless to read: nothing in it may turn or hide what stands around it. Pure. */

// Marks, embeddings, overrides and isolates of direction, the deprecated ones too: they can make a sentence read backwards.
// The paragraph's own direction comes from `dir="auto"`.
const BIDI = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u206F]/gu;
// Invisible without a meaning for people. ZWJ and ZWNJ stay: emoji and several scripts need them.
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is removed wherever it stands, also after another
const INVISIBLE = /[\u00AD\u034F\u180E\u200B\u2060-\u2064\uFEFF\uFFF9-\uFFFB]/gu;
// Tag characters spell unseen words, except in a regional flag: a black flag, three to six of them and their end.
const TAGS = /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F})|[\u{E0000}-\u{E007F}]/gu;
// Half a character, as broken senders produce it.
const LONE = /\p{Surrogate}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/gu;

/** For message bodies: line breaks and tabs stay. */
export const safeText = (text: string): string =>
  text
    .replace(LONE, "\uFFFD")
    .replace(/\r\n?/g, "\n")
    .replace(BIDI, "")
    .replace(INVISIBLE, "")
    .replace(CONTROL, "")
    .replace(TAGS, "$1");

/** For names and previews: one line. */
export const safeLine = (text: string): string => safeText(text).replace(/\s+/gu, " ").trim();
