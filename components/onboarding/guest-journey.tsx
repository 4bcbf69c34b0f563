"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { JourneySteps } from "@/components/onboarding/journey-steps";
import { journeyQuery, LINKS, linkedAddress } from "@/components/onboarding/queries";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { Spinner } from "@/components/ui/spinner";
import type { InvitationView } from "@/lib/onboarding/views";

/**
 * The page of a link. Its secret stands behind the `#`: it is handed over in a body, taken out of the address, and the page is loaded
 * anew as the guest's. @param invitation what this browser's link opens already; null without one
 */
export function GuestJourney({ invitation }: { invitation: InvitationView | null }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const [opening, setOpening] = useState(true);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const link = window.location.hash.slice(1);
    if (!link) return setOpening(false);
    window.history.replaceState(null, "", "/connect");
    api.send("POST", LINKS, { link }).then(
      () => window.location.reload(),
      (error) => {
        setFailure(error);
        setOpening(false);
      },
    );
  }, []);
  const over = failure instanceof ProblemError ? failure.code === "not_found" : failure === null && invitation === null;
  if (opening)
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner /> {t("guest.opening")}
      </p>
    );
  if (over) return <Over />;
  if (failure) return <ErrorState title={problem(failure)} onRetry={() => window.location.reload()} />;
  return invitation && <Invited invitation={invitation} />;
}

function Invited({ invitation }: { invitation: InvitationView }) {
  const t = useTranslations("onboarding");
  const at = linkedAddress(invitation.journey.id);
  const { data: journey, error } = useQuery({ ...journeyQuery(at), initialData: invitation.journey });
  // the link was ended, or its time has passed, while the page stood open
  if (error instanceof ProblemError && ["unauthenticated", "not_found"].includes(error.code)) return <Over />;
  const number = journey.number?.name || journey.number?.display || t("unnamed");
  if (journey.state === "done")
    return (
      <div role="status">
        <h1 className="text-xl font-semibold break-words">{t("guest.done", { number })}</h1>
        <p className="mt-1 text-muted">{t("guest.doneBody", { organisation: invitation.organisation })}</p>
      </div>
    );
  return (
    <div className="flex flex-col gap-6">
      <header>
        <h1 className="text-xl font-semibold break-words">{t("guest.title", { organisation: invitation.organisation })}</h1>
        <p className="mt-1 text-muted">{t("guest.lead")}</p>
      </header>
      {journey.state === "open" ? (
        <JourneySteps journey={journey} at={at} />
      ) : (
        <Card>
          <p>{t("guest.given")}</p>
        </Card>
      )}
    </div>
  );
}

function Over() {
  const t = useTranslations("onboarding");
  return (
    <>
      <h1 className="text-xl font-semibold">{t("guest.overTitle")}</h1>
      <p className="mt-2 text-muted">{t("guest.overBody")}</p>
    </>
  );
}
