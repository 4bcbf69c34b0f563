"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { z } from "zod/mini";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Link } from "@/components/ui/link";

const Started = z.object({ id: z.string() });
const DIGITS = /^\d{5,32}$/;
/** In the order in which Meta's pages show them. */
const FIELDS = [
  { name: "appId", form: DIGITS, wrong: "digits", secret: false },
  { name: "appSecret", form: /^[\x21-\x7e]{16,128}$/, wrong: "secretWrong", secret: true },
  { name: "token", form: /^[\x21-\x7e]{20,2000}$/, wrong: "secretWrong", secret: true },
  { name: "wabaId", form: DIGITS, wrong: "digits", secret: false },
  { name: "phoneNumberId", form: DIGITS, wrong: "digits", secret: false },
  { name: "pin", form: /^(\d{6})?$/, wrong: "pinWrong", secret: true },
] as const;
type Name = (typeof FIELDS)[number]["name"];

/** What a customer with an own Meta app pastes; each field says where it is found, and what is wrong with it. */
export function ManualForm() {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const start = useMutation({
    mutationFn: (body: object) => api.post("/api/onboarding/manual", body, Started),
    onSuccess: ({ id }) => window.location.assign(`/settings/numbers/${id}`),
    onError: (error) => error instanceof ProblemError && setWrong(new Set(Object.keys(error.fields))),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const values = FIELDS.map((field) => ({ ...field, value: String(given.get(field.name) ?? "").trim() }));
    const bad = values.filter(({ form: shape, value }) => !shape.test(value));
    setWrong(new Set<string>(bad.map(({ name }) => name)));
    const first = bad[0] && form.elements.namedItem(bad[0].name);
    if (first instanceof HTMLElement) return first.focus();
    start.mutate(Object.fromEntries(values.flatMap(({ name, value }) => (value ? [[name, value]] : []))));
  };
  const known = (name: Name) => wrong.has(name);
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header>
          <Link href="/settings/numbers" className="text-sm">
            {t("manual.back")}
          </Link>
          <h1 className="text-xl font-semibold">{t("manual.title")}</h1>
          <p className="mt-1 text-muted">{t("manual.lead")}</p>
        </header>
        <Card>
          <form noValidate autoComplete="off" className="flex flex-col gap-5" onSubmit={submit}>
            {FIELDS.map(({ name, wrong: sentence, secret }) => (
              <Field
                key={name}
                label={t(`manual.${name}`)}
                hint={t(`manual.${name}Hint`)}
                error={known(name) ? t(`manual.${sentence}`) : null}
              >
                {(control) => (
                  <Input
                    {...control}
                    name={name}
                    type={secret ? "password" : "text"}
                    inputMode={secret && name !== "pin" ? undefined : "numeric"}
                    autoComplete="off"
                    spellCheck={false}
                    required={name !== "pin"}
                  />
                )}
              </Field>
            ))}
            {start.error && wrong.size === 0 && (
              <p role="alert" className="text-sm text-danger-ink">
                {problem(start.error)}
              </p>
            )}
            <Button type="submit" variant="primary" className="self-start" pending={start.isPending || start.isSuccess}>
              {t("manual.start")}
            </Button>
          </form>
        </Card>
      </div>
    </main>
  );
}
