import { useTranslations } from "next-intl";
import { ProblemError } from "@/components/data/http";

/** Turns what went wrong into a sentence: by its reason, else by its kind, else the general one. */
export function useProblemText(): (error: unknown) => string {
  const t = useTranslations("problems");
  return (error) => {
    if (error instanceof ProblemError) {
      if (t.has(`detail.${error.detail}` as never)) return t(`detail.${error.detail}` as "detail.window_closed");
      if (t.has(`code.${error.code}` as never)) return t(`code.${error.code}` as "code.forbidden");
    }
    return t("unknown");
  };
}
