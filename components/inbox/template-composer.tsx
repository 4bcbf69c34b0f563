"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, ChevronDown, LayoutTemplate, RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { api } from "@/components/data/api";
import { useToasts } from "@/components/data/toast-store";
import { useProblemText } from "@/components/data/use-problem-text";
import { keys } from "@/components/inbox/keys";
import { templatesQuery } from "@/components/inbox/queries";
import { TemplateCard } from "@/components/inbox/template-card";
import { TemplateForm } from "@/components/inbox/template-form";
import { templateTitle } from "@/components/inbox/template-words";
import { useMe } from "@/components/shell/me";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { ScrollArea } from "@/components/ui/scroll-area";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConversationView } from "@/lib/inbox/views";
import type { TemplateView } from "@/lib/templates/views";

interface Props {
  conversation: ConversationView;
  /** A form has begun: it stays open, whatever the room. */
  onChosen: () => void;
  /** Where the arrow leads; to the thread it is there only where the choice was folded away. */
  back: { to: "reply" | "thread"; go: () => void };
  /** Somebody asked for it: focus comes along. */
  unfolded: boolean;
}

/** Choose an approved template, fill its variables in place, see what the client will get. */
export function TemplateComposer({ conversation, onChosen, back, unfolded }: Props) {
  const t = useTranslations("templates");
  const [chosen, setChosen] = useState<TemplateView | null>(null);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (unfolded) pane.current?.focus();
  }, [unfolded]);
  if (chosen)
    return (
      <TemplateForm
        key={chosen.id}
        conversation={conversation}
        template={chosen}
        onBack={() => setChosen(null)}
        onSent={() => {
          setChosen(null);
          back.go();
        }}
      />
    );
  return (
    <section
      ref={pane}
      tabIndex={-1}
      aria-label={t("choose")}
      onKeyDown={(event) => {
        if (!unfolded || event.key !== "Escape") return;
        event.preventDefault();
        back.go();
        requestAnimationFrame(() => document.querySelector<HTMLElement>("[role='log']")?.focus());
      }}
      className="p-3 outline-none"
    >
      <div className="mb-2 flex items-center gap-2">
        <IconButton
          label={back.to === "reply" ? t("backToReply") : t("fold")}
          icon={back.to === "reply" ? <ArrowLeft className="rtl:-scale-x-100" /> : <ChevronDown />}
          onClick={back.go}
          className={cn(back.to === "thread" && "hidden cramped:inline-flex")}
        />
        <h3 className="grow text-sm font-semibold">{t("choose")}</h3>
      </div>
      <Picker
        conversation={conversation}
        onChoose={(template) => {
          setChosen(template);
          onChosen();
        }}
      />
    </section>
  );
}

function Picker({ conversation, onChoose }: { conversation: ConversationView; onChoose: (template: TemplateView) => void }) {
  const t = useTranslations("templates");
  const problem = useProblemText();
  const [filter, setFilter] = useState("");
  const { data, error, isPending, refetch } = useQuery(templatesQuery(conversation.id));
  if (isPending)
    return (
      <div role="status" aria-busy="true" aria-label={t("loading")} className="space-y-2">
        <Skeleton className="h-9 w-full" />
        <Skeleton className="h-14 w-full" />
      </div>
    );
  if (error && !data)
    return <ErrorState className="py-4" title={t("failed")} detail={problem(error)} retryLabel={t("retry")} onRetry={refetch} />;
  if (data.items.length === 0) return <NoTemplates />;
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = data.items.filter((template) =>
    `${templateTitle(template.name)} ${template.name} ${template.body}`.toLocaleLowerCase().includes(wanted),
  );
  return (
    <>
      <Input
        id="template-search"
        type="search"
        aria-label={t("filter")}
        placeholder={t("filter")}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
        className="h-9 text-sm"
      />
      <ScrollArea className="mt-2 max-h-[min(15rem,32dvh)]">
        <ul className="flex flex-col gap-1">
          {shown.map((template) => (
            <li key={template.id}>
              <TemplateCard template={template} onChoose={() => onChoose(template)} />
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p className="px-1 py-3 text-sm text-muted">{t("noMatch")}</p>}
      </ScrollArea>
    </>
  );
}

function NoTemplates() {
  const t = useTranslations("templates");
  const me = useMe();
  const client = useQueryClient();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const sync = useMutation({
    mutationFn: () => api.send("POST", "/api/templates/sync", {}),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.templates }),
    onError: (error) => show({ title: problem(error), tone: "danger" }),
  });
  const may = me.permissions.includes("templates.sync");
  return (
    <EmptyState
      className="py-4"
      icon={<LayoutTemplate aria-hidden="true" />}
      title={t("none.title")}
      action={
        may && (
          <Button size="sm" icon={<RefreshCw aria-hidden="true" />} pending={sync.isPending} onClick={() => sync.mutate()}>
            {t("none.sync")}
          </Button>
        )
      }
    >
      {may ? t("none.body") : t("none.ask")}
    </EmptyState>
  );
}
