import { CheckCheck } from "lucide-react";
import { getTranslations } from "next-intl/server";

/** What the product is, shown instead of told: a question, an answer, and the proof that it was read. */
export async function Specimen() {
  const t = await getTranslations("auth");
  return (
    <aside className="relative hidden flex-col justify-center overflow-hidden border-s border-line bg-sunken px-12 lg:flex xl:px-20">
      <figure aria-label={t("specimen.label")} className="mx-auto w-full max-w-lg">
        <div className="space-y-4">
          <div>
            <p className="mb-1 text-sm font-semibold text-muted">{t("specimen.client")}</p>
            <p className="w-fit max-w-[85%] rounded-bubble bubble-tail-start border border-line bg-bubble-in px-4 py-2.5 text-lg">
              {t("specimen.question")}
            </p>
          </div>
          <div className="flex flex-col items-end">
            <p className="w-fit max-w-[85%] rounded-bubble bubble-tail-end bg-bubble-out px-4 py-2.5 text-lg">
              {t("specimen.answer")}
            </p>
            <p className="mt-1 flex items-center gap-1.5 text-sm text-accent-ink">
              <CheckCheck aria-hidden="true" className="size-4" />
              {t("specimen.state")} <span className="tabular">08:42</span>
            </p>
          </div>
        </div>
        <figcaption className="mt-10 border-t border-line pt-4 text-sm text-muted">{t("specimen.caption")}</figcaption>
      </figure>
    </aside>
  );
}
