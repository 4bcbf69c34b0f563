import { getTranslations } from "next-intl/server";
import { buttonLook } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";

export default async function NotFound() {
  const t = await getTranslations("pages");
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-1.5 px-6 text-center">
      <Mark className="mb-4 size-10" />
      <h1 className="text-xl font-semibold">{t("notFound.title")}</h1>
      <p className="text-muted">{t("notFound.body")}</p>
      <a href="/inbox" className={buttonLook({ variant: "primary", className: "mt-4" })}>
        {t("notFound.home")}
      </a>
    </main>
  );
}
