"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useDeferredValue, useId, useState } from "react";
import { useProblemText } from "@/components/data/use-problem-text";
import { safeLine } from "@/components/inbox/safe-text";
import { type Bind, useBind } from "@/components/inbox/use-matter";
import { MatterForm } from "@/components/matters/matter-form";
import { findMattersQuery } from "@/components/matters/queries";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Spinner } from "@/components/ui/spinner";
import type { ConversationView } from "@/lib/inbox/views";

const lineLook =
  "flex min-h-10 items-center gap-3 rounded px-2 py-1.5 hover:bg-hover has-[:checked]:bg-selected has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent pointer-coarse:min-h-11";
const NONE = "";

/** Chooses the matter of a conversation, and from when on it belongs there. What was before keeps its own access. */
export function MatterDialog({ conversation, onClose }: { conversation: ConversationView; onClose: () => void }) {
  const t = useTranslations("inbox");
  const m = useTranslations("matters");
  const problem = useProblemText();
  const { matter, matterWord: word } = conversation;
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<string | null>(matter?.id ?? null);
  const [from, setFrom] = useState<Bind["from"]>(matter ? "now" : "part");
  const [making, setMaking] = useState(false);
  const found = useQuery(findMattersQuery(useDeferredValue(typed.trim()), "open"));
  const bind = useBind(conversation.id, onClose);
  const names = { matter: useId(), from: useId() };
  const items = found.data?.items ?? [];
  const unchanged = chosen === null || (chosen || null) === (matter?.id ?? null);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("matter.bind", { word })}
      description={t("matter.bindBody", { word })}
      closeLabel={m("close")}
    >
      {making ? (
        <MatterForm
          word={word}
          onDone={(made) => {
            setMaking(false);
            setTyped(made.reference);
            setChosen(made.id);
          }}
        />
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (chosen !== null && !unchanged) bind.mutate({ matterId: chosen || null, from });
          }}
        >
          <Field label={m("find")} hint={m("findHint")}>
            {(control) => (
              <Input
                {...control}
                autoFocus
                type="search"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <fieldset className="thin-scroll max-h-56 overflow-y-auto">
            <legend className="sr-only">{t("matter.choose", { word })}</legend>
            {found.isPending && (
              <p role="status" className="flex items-center gap-2 text-sm text-muted">
                <Spinner />
                {m("loading")}
              </p>
            )}
            {found.error && <p className="text-sm text-danger-ink">{problem(found.error)}</p>}
            {found.data && items.length === 0 && <p className="text-sm text-muted">{m("noneFound")}</p>}
            {[...(matter ? [{ id: NONE, reference: "", title: t("matter.toNone", { word }) }] : []), ...items].map((one) => (
              <label key={one.id} className={lineLook}>
                <input
                  type="radio"
                  name={names.matter}
                  checked={chosen === one.id}
                  onChange={() => setChosen(one.id)}
                  className="size-4 shrink-0 accent-accent outline-none"
                />
                <bdi className={cn("min-w-0 grow break-words", one.id === NONE && "text-muted")}>{safeLine(one.title)}</bdi>
                <bdi className="tabular shrink-0 text-sm text-muted">{safeLine(one.reference)}</bdi>
              </label>
            ))}
          </fieldset>
          <fieldset>
            <legend className="mb-1 text-sm font-semibold">{t("matter.from")}</legend>
            {(["part", "now"] as const).map((value) => (
              <label key={value} className={lineLook}>
                <input
                  type="radio"
                  name={names.from}
                  checked={from === value}
                  onChange={() => setFrom(value)}
                  className="size-4 shrink-0 accent-accent outline-none"
                />
                {t(`matter.fromWhen.${value}`)}
              </label>
            ))}
          </fieldset>
          {bind.error && (
            <p role="alert" className="text-sm text-danger-ink">
              {problem(bind.error)}
            </p>
          )}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant="primary" disabled={unchanged} pending={bind.isPending}>
              {t("matter.save")}
            </Button>
            <Button type="button" onClick={() => setMaking(true)}>
              {m("new", { word })}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
