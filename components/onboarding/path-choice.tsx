"use client";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** What this screen has words for. */
const PATHS = ["new", "coexistence", "manual"] as const;

interface Props {
  open: boolean;
  /** Ways the organisation is offered; those this screen has no words for are left out. */
  offered: readonly string[];
  onOpenChange: (open: boolean) => void;
  pending: boolean;
  error: string | null;
  onChoose: (path: string) => void;
}

/** Which way to connect, with what each means for the phone, before anything is begun. */
export function PathChoice({ open, offered, onOpenChange, pending, error, onChoose }: Props) {
  const t = useTranslations("onboarding");
  const shell = useTranslations("shell");
  const name = useId();
  const paths = PATHS.filter((one) => offered.includes(one));
  const [chosen, setPath] = useState<(typeof PATHS)[number]>("new");
  const path = paths.includes(chosen) ? chosen : paths[0];
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("path.title")}
      closeLabel={shell("close")}
      footer={
        path && (
          <Button variant="primary" pending={pending} onClick={() => onChoose(path)}>
            {t("path.start")}
          </Button>
        )
      }
    >
      <fieldset className="flex flex-col gap-3 py-1">
        <legend className="sr-only">{t("path.title")}</legend>
        {paths.map((one) => (
          <label
            key={one}
            className="flex cursor-pointer gap-3 rounded-lg border border-line p-4 has-checked:border-accent has-checked:bg-selected"
          >
            <input
              type="radio"
              name={name}
              value={one}
              checked={path === one}
              autoFocus={path === one}
              onChange={() => setPath(one)}
              className="mt-1 size-4 shrink-0 accent-accent"
            />
            <span>
              <span className="block font-semibold">{t(`path.${one}`)}</span>
              <span className="mt-0.5 block text-sm text-muted">{t(`path.${one}Body`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {error && (
        <p role="alert" className="mt-3 text-sm text-danger-ink">
          {error}
        </p>
      )}
    </Dialog>
  );
}
