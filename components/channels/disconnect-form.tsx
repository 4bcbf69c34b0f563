"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import NextLink from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { standingQuery } from "@/components/channels/queries";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useHydrated } from "@/components/data/use-hydrated";
import { useProblemText } from "@/components/data/use-problem-text";
import { numbersQuery } from "@/components/onboarding/queries";
import { Button, buttonLook } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";

type Wrong = "reasonMissing" | "passwordMissing" | "passwordWrong";
interface Given {
  reason: string;
  /** Null while the last check is recent enough. */
  password: string | null;
}

/** Why, and where the last check of the password is too long ago, that too. @param fresh whether it was recent when the page was made */
export function DisconnectForm({ id, fresh }: { id: string; fresh: boolean }) {
  const t = useTranslations("standing");
  const problem = useProblemText();
  const client = useQueryClient();
  const router = useRouter();
  const hydrated = useHydrated();
  const form = useRef<HTMLFormElement>(null);
  const [confirming, setConfirming] = useState(!fresh);
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const back = `/settings/numbers/standing/${id}`;
  /** Shows what is missing and goes there. */
  const ask = (field: "reason" | "password", what: Wrong | null) => {
    flushSync(() => {
      setWrong(what);
      if (field === "password") setConfirming(true);
    });
    form.current?.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
  };
  const leave = useMutation({
    mutationFn: async ({ reason, password }: Given) => {
      if (password !== null) await api.send("POST", "/api/session/confirm", { password });
      await api.send("POST", `/api/settings/numbers/${id}/disconnect`, { reason });
    },
    onSuccess: async () => {
      client.removeQueries({ queryKey: standingQuery(id).queryKey });
      await client.invalidateQueries({ queryKey: numbersQuery.queryKey, exact: true });
      router.push(back);
    },
    onError: (error) => {
      if (!(error instanceof ProblemError)) return;
      if ("password" in error.fields) ask("password", "passwordWrong");
      if (error.detail === "fresh_authentication") ask("password", null);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const given = { reason: String(data.get("reason") ?? "").trim(), password: String(data.get("password") ?? "") };
    if (!given.reason) return ask("reason", "reasonMissing");
    if (confirming && !given.password) return ask("password", "passwordMissing");
    setWrong(null);
    leave.mutate({ ...given, password: confirming ? given.password : null });
  };
  const at = (field: "reason" | "password") => (wrong?.startsWith(field) ? t(`leave.${wrong}`) : null);
  return (
    <Card>
      <form ref={form} method="post" noValidate className="flex flex-col gap-5" onSubmit={submit}>
        <Field label={t("leave.reason")} hint={t("leave.reasonHint")} error={at("reason")}>
          {(control) => <Textarea {...control} name="reason" rows={2} maxLength={500} required />}
        </Field>
        {confirming && (
          <Field label={t("leave.password")} hint={t("leave.passwordHint")} error={at("password")}>
            {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required />}
          </Field>
        )}
        {leave.error && wrong === null && (
          <p role="alert" className="text-sm text-danger-ink">
            {problem(leave.error)}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="danger" disabled={!hydrated} pending={leave.isPending || leave.isSuccess}>
            {t("leave.submit")}
          </Button>
          <NextLink href={back} className={buttonLook()}>
            {t("leave.keep")}
          </NextLink>
        </div>
      </form>
    </Card>
  );
}
