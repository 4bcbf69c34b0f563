/** The sandbox's control API as a trial uses it. */
import type { LedgerLine } from "../../sandbox/ledger";

export interface Pending {
  queued: number;
  inFlight: number;
  waiting: number;
  total: number;
}

export class Outside {
  constructor(readonly origin: string) {}

  async #call<T>(method: string, name: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.origin}/_control/${name}`, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`sandbox ${method} ${name}: ${answer.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T; // the sandbox is ours; its README states the shapes
  }

  pending = () => this.#call<Pending>("GET", "webhooks");
  inbound = (messages: object[]) => this.#call<{ wamid: string }[]>("POST", "inbound", messages);
  read = (phoneNumberId: string, from: string) => this.#call<{ read: string[] }>("POST", "read", { phoneNumberId, from });
  webhook = async (input: { envelope: unknown; sign?: "good" | "bad" | "none" | "previous"; times?: number }) =>
    (await this.#call<{ statuses: number[] }>("POST", "webhook", input)).statuses;
  setFaults = (seed: number, rules: object[]) => this.#call("POST", "faults", { seed, rules });
  clearFaults = () => this.#call("DELETE", "faults");
  faultCounts = async () => (await this.#call<{ counts: Record<string, number> }>("GET", "faults")).counts;
  app = (settings: object) => this.#call("POST", "app", settings);
}

/** The lines of a ledger file; a torn last line is left out. */
export function parseLedger(text: string): LedgerLine[] {
  const lines: LedgerLine[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith('{"seq":')) continue;
    try {
      lines.push(JSON.parse(line) as LedgerLine); // written by the sandbox in this shape
    } catch {
      // torn by a kill of the sandbox; it never happens in a trial, which spares the judge
    }
  }
  return lines;
}
