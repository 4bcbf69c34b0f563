"use client";
import { Briefcase, ShieldAlert, ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { safeLine } from "@/components/inbox/safe-text";
import { usePrivilege } from "@/components/inbox/use-matter";
import { useShortcuts } from "@/components/shell/use-shortcuts";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { ConversationView } from "@/lib/inbox/views";

const MatterDialog = lazy(() => import("@/components/inbox/matter-dialog").then((m) => ({ default: m.MatterDialog })));

/** Which matter the open conversation is bound to, and whether it is privileged; `M` and `P` change that. */
export function MatterButton({ conversation }: { conversation: ConversationView }) {
  const t = useTranslations("inbox");
  const [open, setOpen] = useState(false);
  const privilege = usePrivilege(conversation.id);
  const { matter, matterWord: word, privileged, can } = conversation;
  const mayToggle = can.bind && (!privileged || can.unmark);
  const toggle = () => mayToggle && privilege.mutate(!privileged);
  useShortcuts({
    m: (event) => {
      if (!can.bind) return;
      event.preventDefault();
      setOpen(true);
    },
    p: toggle,
  });
  const tag = matter ? `${safeLine(matter.reference)} ${safeLine(matter.title)}` : null;
  const mark = privileged ? t("matter.unmark") : t("matter.mark");
  return (
    <div className="flex min-h-9 min-w-0 shrink-0 items-center gap-x-2 border-b border-line bg-surface px-3 py-0.5 text-sm">
      <Briefcase aria-hidden="true" className="size-4 shrink-0 text-muted" />
      {matter && tag ? (
        <Link href={`/matters/${matter.id}`} className="min-w-0 truncate">
          <bdi>{tag}</bdi>
        </Link>
      ) : (
        <span className="min-w-0 truncate text-muted">{t("matter.none", { word })}</span>
      )}
      {can.bind && (
        <Button
          size="sm"
          variant="quiet"
          aria-keyshortcuts="M"
          title={`${t("matter.bind", { word })} (M)`}
          onClick={() => setOpen(true)}
        >
          {matter ? t("matter.change") : t("matter.bind", { word })}
        </Button>
      )}
      <span className="ms-auto flex shrink-0 items-center gap-2">
        {privileged && (
          <span className="flex items-center gap-1 font-semibold text-accent-ink">
            <ShieldAlert aria-hidden="true" className="size-4" />
            <span className="max-sm:sr-only">{t("matter.privileged")}</span>
          </span>
        )}
        {mayToggle && (
          <Button
            size="sm"
            variant="quiet"
            aria-keyshortcuts="P"
            aria-label={mark}
            title={`${mark} (P)`}
            pending={privilege.isPending}
            onClick={toggle}
            icon={privileged ? <ShieldOff aria-hidden="true" /> : <ShieldAlert aria-hidden="true" />}
          >
            <span className="max-sm:sr-only">{mark}</span>
          </Button>
        )}
      </span>
      {open && (
        <Suspense fallback={null}>
          <MatterDialog conversation={conversation} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
