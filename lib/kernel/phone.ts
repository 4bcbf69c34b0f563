/** Phone digits as the providers write them: country code first, no plus, no spaces. Never refused by plausibility. */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** Digits of a phone in any notation, or null if there are none. */
export function phoneDigits(input: string): string | null {
  const digits = input.replace(/[^\d]/g, "");
  return digits.length >= 5 && digits.length <= 20 ? digits : null;
}

/**
 * All forms under which one person may appear, the given one first: Brazil's ninth digit and Mexico's extra 1 come and go
 * in `wa_id` (Meta returns a `wa_id` that may differ from the number dialled).
 */
export function phoneAliases(digits: string): string[] {
  const out = [digits];
  // only mobiles, which begin with 6 to 9, were given the ninth digit: a landline is somebody else
  const br = /^55(\d{2})(9?)([6-9]\d{7})$/.exec(digits);
  if (br) out.push(br[2] ? `55${br[1]}${br[3]}` : `55${br[1]}9${br[3]}`);
  const mx = /^52(1?)(\d{10})$/.exec(digits);
  if (mx) out.push(mx[1] ? `52${mx[2]}` : `521${mx[2]}`);
  return out;
}

/** As people of its country group it, with the plus and the country's code, for display only; one of no country as it is. */
export const displayPhone = (digits: string): string =>
  parsePhoneNumberFromString(`+${digits}`)?.formatInternational() ?? `+${digits}`;
