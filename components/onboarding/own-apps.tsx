"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyField } from "@/components/ui/copy-field";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { OwnAppsView } from "@/lib/onboarding/views";

const KEY = ["onboarding", "own-apps"];

/** The organisation's own Meta apps: the two values Meta asks for, and the change of a secret. */
export function OwnApps({ initial }: { initial: OwnAppsView }) {
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get("/api/settings/own-apps", OwnAppsView, signal),
    initialData: initial,
  });
  return data.apps.map((app) => <OwnApp key={app.appId} app={app} />);
}

function OwnApp({ app }: { app: OwnAppsView["apps"][number] }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation({
    mutationFn: (appSecret: string | undefined) =>
      api.post("/api/settings/own-apps", { appId: app.appId, ...(appSecret ? { appSecret } : {}) }, OwnAppsView),
    onSuccess: (view) => {
      client.setQueryData(KEY, view);
      form.current?.reset();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const secret = String(new FormData(event.currentTarget).get("appSecret") ?? "").trim();
    if (secret) change.mutate(secret);
  };
  const ofField = change.error instanceof ProblemError && "appSecret" in change.error.fields;
  return (
    <Card className="flex flex-col gap-5">
      <div>
        <h2 className="font-semibold">{t("own.title", { app: app.appId })}</h2>
        <p className="mt-1 text-sm text-muted">{t("own.lead")}</p>
      </div>
      <Field label={t("own.address")}>
        {(control) => <CopyField {...control} value={app.address} copyLabel={t("own.copy")} copiedLabel={t("own.copied")} />}
      </Field>
      <Field label={t("own.verify")}>
        {(control) => <CopyField {...control} value={app.verifyToken} copyLabel={t("own.copy")} copiedLabel={t("own.copied")} />}
      </Field>
      <form ref={form} noValidate autoComplete="off" className="flex flex-col gap-3" onSubmit={submit}>
        <Field label={t("own.change")} hint={t("own.changeHint")} error={ofField ? t("own.changeWrong") : null}>
          {(control) => <Input {...control} name="appSecret" type="password" autoComplete="off" spellCheck={false} />}
        </Field>
        {change.error && !ofField && (
          <p role="alert" className="text-sm text-danger-ink">
            {problem(change.error)}
          </p>
        )}
        <p role="status" className="text-sm empty:hidden">
          {change.isSuccess && t("own.saved")}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" pending={change.isPending}>
            {t("own.save")}
          </Button>
          <Button variant="quiet" disabled={change.isPending} onClick={() => change.mutate(undefined)}>
            {t("own.renew")}
          </Button>
          <RemoveApp appId={app.appId} />
        </div>
      </form>
    </Card>
  );
}

/** Asks before it is done: the address stops at once. Refused as long as a number is connected with the app. */
function RemoveApp({ appId }: { appId: string }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.send("DELETE", "/api/settings/own-apps", { appId }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <>
      <Button variant="quiet" pending={remove.isPending} onClick={() => setAsking(true)}>
        {t("own.remove")}
      </Button>
      {remove.error && (
        <p role="alert" className="basis-full text-sm text-danger-ink">
          {problem(remove.error)}
        </p>
      )}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("own.removeTitle", { app: appId })}
        description={t("own.removeBody")}
        cancel={<Button>{t("own.keep")}</Button>}
        action={
          <Button variant="danger" onClick={() => remove.mutate()}>
            {t("own.remove")}
          </Button>
        }
      />
    </>
  );
}
