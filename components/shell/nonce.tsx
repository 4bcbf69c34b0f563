"use client";
import { setNonce } from "get-nonce";

let known = false;

/**
 * Radix overlays add one style tag while open; the page's policy lets it in by this nonce. Only the first one counts: the policy is
 * the document's, while later server renders of this tree carry nonces of their own.
 */
export function Nonce({ value }: { value: string | undefined }) {
  if (value && !known && typeof window !== "undefined") {
    known = true;
    setNonce(value);
  }
  return null;
}
