"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";

const GROUPS = [
  { scope: "anywhere", keys: ["/", "?", "Z", "Esc"] },
  { scope: "list", keys: ["J", "K", "Enter", "E", "I", "A"] },
  { scope: "thread", keys: ["R", "T", "M", "P", "F", "End"] },
  { scope: "composer", keys: ["Enter", "Shift + Enter", "Esc"] },
] as const;

const NAMES: Record<string, string> = { "/": "slash", "?": "question", "Shift + Enter": "shiftEnter" };
const asKey = (key: string) => NAMES[key] ?? key.toLowerCase();

/** Every key that works here, by the place where it works. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("shell");
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("help.title")}
      description={t("help.body")}
      closeLabel={t("close")}
      className="w-[min(44rem,calc(100vw-2rem))]"
    >
      <p className="mb-4 hidden rounded bg-note-soft px-3 py-2 text-sm text-note-ink pointer-coarse:block">{t("help.touch")}</p>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {GROUPS.map(({ scope, keys }) => (
          <section key={scope} aria-labelledby={`keys-${scope}`}>
            <h3 id={`keys-${scope}`} className="mb-2 border-b border-line pb-1.5 text-sm font-semibold">
              {t(`help.scope.${scope}`)}
            </h3>
            <dl className="space-y-1.5 text-sm">
              {keys.map((key) => (
                <div key={key} className="flex items-center justify-between gap-4">
                  <dt className="text-muted">{t(`help.${scope}.${asKey(key)}` as "help.anywhere.slash")}</dt>
                  <dd>
                    <Kbd>{key}</Kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
