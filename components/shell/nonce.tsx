"use client";
import { setNonce } from "get-nonce";

/** Radix overlays add one style tag while open; the page's policy lets it in by this nonce. Must render before the first overlay. */
export function Nonce({ value }: { value: string | undefined }) {
  if (value && typeof window !== "undefined") setNonce(value);
  return null;
}
