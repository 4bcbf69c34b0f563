/** How often a password may be tried. Only wrong ones count, counted before they are checked, so that many at once count too. */
import { AppError } from "@/lib/kernel/errors";
import {
  countAttempt,
  countDelayed,
  forgiveAttempts,
  forgiveDelayed,
  type GrowingDelay,
  type Rate,
  takeBack,
  takeBackDelayed,
} from "@/lib/web/rate-limit";

/** From one address, whoever's password it is: nobody tries a list of people. */
const ADDRESS: Rate = { name: "sign-in.address", points: 100, seconds: 300 };
/** One person's, from one address. */
const PAIR: Rate = { name: "sign-in.pair", points: 10, seconds: 300 };
/** One person's, from anywhere: a wait instead of a refusal, so that strangers can slow a person down but not lock them out. */
export const ACCOUNT: GrowingDelay = { name: "sign-in.account", free: 10, longest: 900, remembered: 86_400 };
/** The same for a browser in which the person has signed in before: strangers elsewhere do not hold it up. */
const DEVICE: GrowingDelay = { ...ACCOUNT, name: "sign-in.device" };

export interface Trier {
  /** As `normalEmail` makes it; whether anyone has it is not asked. */
  email: string;
  /** Null when it is not known. */
  address: string | null;
  /** Names the browser, if this person has signed in in it before. */
  device: string | null;
}
interface Counter {
  count: () => Promise<void>;
  takeBack: () => Promise<void>;
  /** After a right password. */
  forgive: () => Promise<void>;
}

function countersOf({ email, address, device }: Trier): Counter[] {
  const counter = (rate: Rate, who: string, forgive: typeof takeBack): Counter => ({
    count: () => countAttempt(rate, who),
    takeBack: () => takeBack(rate, who),
    forgive: () => forgive(rate, who),
  });
  const [delay, who] = device === null ? [ACCOUNT, email] : [DEVICE, `${email} ${device}`];
  const account: Counter = {
    count: () => countDelayed(delay, who),
    takeBack: () => takeBackDelayed(delay, who),
    forgive: () => forgiveDelayed(delay, who),
  };
  // where addresses are not known, nothing but the turns of the password queue holds a crowd of people back
  if (address === null) return [account];
  // an address is not forgiven: somebody's own right password must not pay for others' wrong ones
  return [counter(ADDRESS, address, takeBack), counter(PAIR, `${email} ${address}`, forgiveAttempts), account];
}

/**
 * Checks a password within the limits.
 * @param check throws AppError `unauthenticated` for a wrong password; any other end is no failure of the person's
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait, known and unknown people alike
 */
export const throttled = <T>(trier: Trier, check: () => Promise<T>): Promise<T> =>
  within(countersOf(trier), ({ code }) => code === "unauthenticated", check);

/** Of somebody signed in who shows once more that it is them; by person, since a session can be changed for another by whoever holds it. */
const CONFIRM: GrowingDelay = { name: "confirm.person", free: 5, longest: 900, remembered: 86_400 };

/**
 * Checks the password of somebody who is signed in within limits of their own: they hold up no sign-in.
 * @param check throws AppError `wrong_password` for a wrong one; any other end is no failure of the person's
 * @throws AppError `limit` `too_many_attempts` with the seconds to wait
 */
export function confirmThrottled<T>(userId: string, check: () => Promise<T>): Promise<T> {
  const person: Counter = {
    count: () => countDelayed(CONFIRM, userId),
    takeBack: () => takeBackDelayed(CONFIRM, userId),
    forgive: () => forgiveDelayed(CONFIRM, userId),
  };
  return within([person], ({ detail }) => detail === "wrong_password", check);
}

async function within<T>(counters: Counter[], isFailure: (error: AppError) => boolean, check: () => Promise<T>): Promise<T> {
  const counted: Counter[] = [];
  const giveBack = () => Promise.all(counted.map((one) => one.takeBack()));
  try {
    for (const one of counters) {
      await one.count();
      counted.push(one);
    }
    const result = await check();
    await Promise.all(counted.map((one) => one.forgive()));
    return result;
  } catch (error) {
    if (!(error instanceof AppError && isFailure(error))) await giveBack();
    throw error;
  }
}
