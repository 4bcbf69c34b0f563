"use client";
import { ArrowLeft, SendHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { safeLine } from "@/components/inbox/safe-text";
import { Blank } from "@/components/inbox/template-card";
import { asValue, bodyParts, fillBody } from "@/components/inbox/template-text";
import { templateTitle, useVariableName } from "@/components/inbox/template-words";
import { useDraft } from "@/components/inbox/use-draft";
import { useSend } from "@/components/inbox/use-send";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { ConversationView } from "@/lib/inbox/views";
import type { TemplateView } from "@/lib/templates/views";

interface Props {
  conversation: ConversationView;
  template: TemplateView;
  onBack: () => void;
  onSent: () => void;
}

/** The bubble as the client will get it, with its variables as fields inside it. */
export function TemplateForm({ conversation, template, onBack, onSent }: Props) {
  const t = useTranslations("templates");
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [asked, setAsked] = useState(false);
  const nameOf = useVariableName();
  const draft = useDraft(conversation);
  const send = useSend(conversation.id);
  const missing = template.variables.filter(({ key }) => !asValue(values[key] ?? ""));
  const shownAs = ({ key, example }: { key: string; example?: string | null }) =>
    example ? `${nameOf(key)} (${example})` : nameOf(key);
  const set = (key: string, value: string) => setValues((now) => ({ ...now, [key]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    const [first] = missing;
    if (first) {
      form.current?.querySelector<HTMLInputElement>(`[name="${CSS.escape(first.key)}"]`)?.focus();
      return;
    }
    const variables = Object.fromEntries(template.variables.map(({ key }) => [key, asValue(values[key] ?? "")]));
    const { name, language, header, footer, buttons, body } = template;
    send(
      { template: { id: template.id, variables } },
      { kind: "template", name, language, header, text: fillBody(body, variables), footer, buttons },
    );
    onSent();
  };
  return (
    <form ref={form} onSubmit={submit} noValidate aria-label={templateTitle(template.name)} className="p-3">
      <div className="mb-2 flex items-center gap-2">
        <IconButton label={t("other")} icon={<ArrowLeft className="rtl:-scale-x-100" />} onClick={onBack} />
        <h3 className="min-w-0 grow truncate text-sm font-semibold">{templateTitle(template.name)}</h3>
      </div>
      <div className="thin-scroll max-h-[38dvh] overflow-y-auto rounded-bubble bubble-tail-end bg-bubble-out px-3.5 py-2.5">
        {template.header && <p className="font-semibold">{template.header}</p>}
        <p dir="auto" className="leading-8 whitespace-pre-wrap">
          {bodyParts(template.body).map((part, index) =>
            part.kind === "text" ? (
              part.text
            ) : part.first ? (
              <input
                // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one body never move
                key={index}
                name={part.key}
                autoComplete="off"
                aria-label={nameOf(part.key)}
                aria-invalid={(asked && missing.some(({ key }) => key === part.key)) || undefined}
                aria-describedby="template-error"
                placeholder={template.variables.find(({ key }) => key === part.key)?.example ?? nameOf(part.key)}
                value={values[part.key] ?? ""}
                onChange={(event) => set(part.key, event.target.value)}
                className="field-sizing-content mx-0.5 h-7 max-w-full min-w-28 rounded-sm border border-line-strong bg-floating px-2 align-middle placeholder:text-muted aria-invalid:border-danger"
              />
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one body never move
              <span key={index} className="font-semibold">
                {values[part.key]?.trim() || <Blank name={nameOf(part.key)} />}
              </span>
            ),
          )}
        </p>
        {template.footer && <p className="text-sm text-muted">{template.footer}</p>}
        {template.buttons.length > 0 && (
          <ul className="mt-2 flex flex-wrap gap-1.5">
            {template.buttons.map((button) => (
              <li key={button} className="rounded-full border border-line-strong px-3 py-0.5 text-sm text-accent-ink">
                {button}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
        <p id="template-error" role="alert" className="grow text-sm text-danger-ink">
          {asked && missing.length > 0 && t("missing", { names: missing.map(shownAs).join(", ") })}
        </p>
        {draft.trim() && missing[0] && (
          <Button size="sm" variant="quiet" onClick={() => missing[0] && set(missing[0].key, asValue(draft))}>
            {t("useDraft", { name: nameOf(missing[0].key) })}
          </Button>
        )}
        <Button
          type="submit"
          size="sm"
          variant="primary"
          icon={<SendHorizontal aria-hidden="true" className="rtl:-scale-x-100" />}
          className="min-w-0 max-w-full"
        >
          <span className="truncate">{t("send", { name: safeLine(conversation.name) })}</span>
        </Button>
      </div>
    </form>
  );
}
