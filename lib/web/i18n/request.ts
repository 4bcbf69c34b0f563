import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { loadCatalogue } from "@/lib/web/i18n/catalogue";
import { asLocale, asTimeZone, DEFAULT_LOCALE, LOCALE_COOKIE, negotiateLocale, ZONE_COOKIE } from "@/lib/web/i18n/config";
import { currentLocale } from "@/lib/web/page";

/** Language from the signed-in person's row, else the cookie, else the header; never from the address. */
export default getRequestConfig(async () => {
  const jar = await cookies();
  const locale =
    // Without its store the page must still be able to say what is wrong.
    asLocale(await currentLocale().catch(() => null)) ??
    asLocale(jar.get(LOCALE_COOKIE)?.value) ??
    negotiateLocale((await headers()).get("accept-language")) ??
    DEFAULT_LOCALE;
  return { locale, messages: await loadCatalogue(locale), timeZone: asTimeZone(jar.get(ZONE_COOKIE)?.value), now: new Date() };
});
