/** Where web addresses stand in a line of text. Pure. */
import { tokenize } from "linkifyjs";

export interface Link {
  from: number;
  /** One past its last character. */
  to: number;
}

const MARK = /[*_~`]/;

/** The addresses in a line, in order. */
export function linksIn(text: string): Link[] {
  if (!text.includes(".")) return [];
  let at = 0;
  return tokenize(text).flatMap((token) => {
    const from = at;
    at += token.toString().length;
    return token.isLink && token.t === "url" && webHref(token.toString()) ? [{ from, to: at }] : [];
  });
}

/** 1 at each place inside an address; the marks at its very end stay 0, since they may belong to the words around it. */
export function placesOf(text: string, links: readonly Link[]): Uint8Array {
  const inside = new Uint8Array(text.length);
  for (const { from, to } of links) {
    let end = to;
    while (end > from && MARK.test(text[end - 1] ?? "")) end--;
    inside.fill(1, from, end);
  }
  return inside;
}

/** The address as the browser would go there (foreign letters in a host become visible), or null when it is not for the web. */
export function webHref(value: string): string | null {
  try {
    const url = new URL(/^https?:\/\//i.test(value) ? value : `https://${value}`);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
