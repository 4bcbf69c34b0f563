"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { api } from "@/components/data/api";
import { ProblemError } from "@/components/data/http";
import { useProblemText } from "@/components/data/use-problem-text";
import { loadSdk, openSignup } from "@/components/onboarding/facebook-sdk";
import { journeyQuery, pressQuery } from "@/components/onboarding/queries";
import { readSignupMessage, type SignupMessage } from "@/components/onboarding/signup-message";
import { Button } from "@/components/ui/button";

/** The message may come after the code; this long it is waited for, since it names the number. Milliseconds. */
const MESSAGE_PATIENCE = 1500;
type Phase = "ready" | "open" | "reporting";
type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** Opens Meta's window and hands what comes back to the server, which proves it. */
export function ConnectWithMeta({ at, again }: { at: string; again: boolean }) {
  const t = useTranslations("onboarding");
  const problem = useProblemText();
  const client = useQueryClient();
  const { data: press, error, refetch } = useQuery(pressQuery(at));
  const [sdk, setSdk] = useState<Sdk | "failed" | null>(null);
  const [phase, setPhase] = useState<Phase>("ready");
  const [failure, setFailure] = useState<unknown>(null);
  const heard = useRef<SignupMessage | null>(null);

  useEffect(() => {
    if (!press) return;
    const listen = (event: MessageEvent) => {
      const message = readSignupMessage(event.origin, event.data, press.origins);
      if (message) heard.current = message;
    };
    window.addEventListener("message", listen);
    loadSdk(press).then(setSdk, () => setSdk("failed"));
    return () => window.removeEventListener("message", listen);
  }, [press]);

  const report = async (code: string | null) => {
    if (!press) return;
    setPhase("reporting");
    for (let waited = 0; code !== null && heard.current === null && waited < MESSAGE_PATIENCE; waited += 100)
      await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      await api.send("POST", `${at}/report`, { state: press.state, code, event: heard.current });
    } catch (thrown) {
      setFailure(thrown);
    }
    const { state, busy } = await client.fetchQuery({ ...journeyQuery(at), staleTime: 0 });
    if (state === "open" && !busy) await refetch(); // else there is nothing to press for
    setPhase("ready");
  };
  const connect = () => {
    if (!press || sdk === null || sdk === "failed") return;
    heard.current = null;
    setFailure(null);
    setPhase("open");
    openSignup(sdk, press, (code) => void report(code));
  };

  const unconfigured = error instanceof ProblemError && error.detail === "unconfigured";
  const trouble =
    sdk === "failed"
      ? t("journey.sdk")
      : unconfigured
        ? t("journey.unconfigured")
        : error || failure
          ? problem(error ?? failure)
          : null;
  return (
    <div>
      <p className="text-sm text-muted">{t("journey.metaBody")}</p>
      <Button
        variant="primary"
        size="lg"
        className="mt-4 max-sm:w-full"
        disabled={!press || sdk === null || sdk === "failed"}
        pending={phase === "open" || phase === "reporting"}
        onClick={connect}
      >
        {phase === "open"
          ? t("journey.waiting")
          : phase === "reporting"
            ? t("journey.exchanging")
            : again
              ? t("journey.again")
              : t("journey.open")}
      </Button>
      {trouble && (
        <p role="alert" className="mt-3 text-sm text-danger-ink">
          {trouble}
        </p>
      )}
    </div>
  );
}
