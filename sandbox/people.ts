/** Simulated people: what a number's last digits make its owner do. Pure. */

export interface Habits {
  /** Reads after so many ms and sends the text back. */
  echoes?: number;
  /** A send fails with this code; only for marketing templates when `marketingOnly`. */
  fails?: { code: number; marketingOnly?: boolean };
  /** The business is told at once that it writes to this person too often. */
  pairLimited?: boolean;
  neverDelivered?: boolean;
  /** The message is sent, and the answer is HTTP 500, or never comes. */
  answer?: "500" | "never";
  /** Has a username: webhooks carry no phone. */
  hidesPhone?: boolean;
}

const NOBODY: Habits = {};
const BY_SUFFIX: { [suffix: string]: Habits } = {
  "0001": { echoes: 2000 },
  "0026": { fails: { code: 131026 } },
  "0047": { fails: { code: 131047 } },
  "0049": { fails: { code: 131049, marketingOnly: true } },
  "0050": { fails: { code: 131050, marketingOnly: true } },
  "0056": { pairLimited: true },
  "0000": { neverDelivered: true },
  "0500": { answer: "500" },
  "0503": { answer: "never" },
  "0900": { hidesPhone: true },
};

/** The habits of a client. Only numbers under +1555 have any: nobody real owns them. */
export const habitsOf = (client: string): Habits =>
  client.startsWith("1555") ? (BY_SUFFIX[client.slice(-4)] ?? NOBODY) : NOBODY;
