/** Codes that a person may have to read out or type. */
import { randomInt } from "node:crypto";

// Crockford's letters: none that could be read as another
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A random code of so many letters, five bits each. */
export const newCode = (length: number): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
