"use client";
import { useTranslations } from "next-intl";
import { bodyParts } from "@/components/inbox/template-text";
import { templateTitle, useLanguageName, useVariableName } from "@/components/inbox/template-words";
import { plainWhatsApp } from "@/components/inbox/whatsapp-text";
import { Badge } from "@/components/ui/badge";
import type { TemplateView } from "@/lib/templates/views";

/** A template to choose: its name, language and kind, and its text with the places to fill in as blanks. */
export function TemplateCard({ template, onChoose }: { template: TemplateView; onChoose: () => void }) {
  const t = useTranslations("templates");
  const language = useLanguageName();
  const variable = useVariableName();
  const category = template.category.toLowerCase();
  return (
    <button
      type="button"
      onClick={onChoose}
      className="w-full rounded border border-line bg-floating px-3 py-2 text-start transition-colors hover:border-line-strong hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <span className="max-w-full grow text-sm font-semibold [overflow-wrap:anywhere]">{templateTitle(template.name)}</span>
        <Badge>{language(template.language)}</Badge>
        <Badge>
          {t.has(`category.${category}` as never) ? t(`category.${category}` as "category.utility") : template.category}
        </Badge>
      </span>
      <span dir="auto" className="mt-0.5 line-clamp-1 text-sm text-muted">
        {bodyParts(plainWhatsApp(template.body)).map((part, index) =>
          part.kind === "text" ? (
            part.text
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one body never move
            <Blank key={index} name={variable(part.key)} />
          ),
        )}
      </span>
    </button>
  );
}

/** A place still to be filled in. */
export const Blank = ({ name }: { name: string }) => (
  <span className="rounded-sm border border-dashed border-line-strong px-1 text-muted">{name}</span>
);
