/** Where a request comes from, as far as that is known. Pure. */
import ipaddr from "ipaddr.js";

/**
 * The client's address out of `X-Forwarded-For`, or null when it is not known. An IPv6 client is its /64: within it
 * anyone may take as many addresses as they like.
 * @param proxies how many proxies of ours stand before us, each adding the address it saw at the end; what stands
 *   before their entries was written by strangers
 */
export function clientAddress(forwarded: string | null | undefined, proxies: number): string | null {
  if (!forwarded || proxies < 1) return null;
  const entry = forwarded.split(",").at(-proxies)?.trim();
  if (!entry || !ipaddr.isValid(entry)) return null;
  const address = ipaddr.process(entry);
  if (address.kind() === "ipv4") return address.toString();
  return `${address.toByteArray().slice(0, 8).join(".")}/64`;
}
