"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { MatterView, type MatterWord } from "@/lib/matters/views";

interface Props {
  word: MatterWord;
  onDone: (matter: MatterView) => void;
}

/** Opens a matter. The server's errors come back to their fields. */
export function MatterForm({ word, onDone }: Props) {
  const t = useTranslations("matters");
  const problem = useProblemText();
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [privileged, setPrivileged] = useState(false);
  const [untitled, setUntitled] = useState(false);
  const create = useMutation({
    mutationFn: (given: object) => api.post("/api/matters", given, MatterView),
    onSuccess: (matter) => {
      client.invalidateQueries({ queryKey: ["matters"] });
      onDone(matter);
    },
    onError: (error) => {
      if (fieldOf(error)) form.current?.querySelector<HTMLInputElement>(`[name=${fieldOf(error)}]`)?.focus();
    },
  });
  const fieldOf = (error: unknown) => (error instanceof ProblemError ? Object.keys(error.fields ?? {})[0] : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    setUntitled(!text("title"));
    if (!text("title")) return form.current?.querySelector<HTMLInputElement>("[name=title]")?.focus();
    const optional = Object.fromEntries(["reference", "kind"].flatMap((name) => (text(name) ? [[name, text(name)]] : [])));
    create.mutate({ title: text("title"), ...optional, privileged });
  };
  const refused = create.error && fieldOf(create.error) === "reference" ? problem(create.error) : null;
  return (
    <form ref={form} method="post" noValidate className="flex flex-col gap-4" onSubmit={submit}>
      <Field label={t("form.title")} hint={t("form.titleHint")} error={untitled ? t("form.titleMissing") : null}>
        {(control) => <Input {...control} autoFocus name="title" maxLength={200} autoComplete="off" required />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("form.reference")} hint={t("form.referenceHint")} error={refused}>
          {(control) => <Input {...control} name="reference" maxLength={40} autoComplete="off" />}
        </Field>
        <Field label={t("form.kind")} hint={t("form.kindHint")}>
          {(control) => <Input {...control} name="kind" maxLength={60} autoComplete="off" />}
        </Field>
      </div>
      <Field label={t("form.privileged")} hint={t("form.privilegedHint")}>
        {(control) => <Checkbox {...control} checked={privileged} onCheckedChange={(on) => setPrivileged(on === true)} />}
      </Field>
      {create.error && !refused && (
        <p role="alert" className="text-sm text-danger-ink">
          {problem(create.error)}
        </p>
      )}
      <div>
        <Button type="submit" variant="primary" pending={create.isPending}>
          {t("form.submit", { word })}
        </Button>
      </div>
    </form>
  );
}
