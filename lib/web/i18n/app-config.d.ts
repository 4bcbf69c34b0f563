import type { Catalogue } from "@/lib/web/i18n/catalogue";
import type { Locale as OurLocale } from "@/lib/web/i18n/config";

declare module "next-intl" {
  interface AppConfig {
    Locale: OurLocale;
    Messages: Catalogue;
  }
}
