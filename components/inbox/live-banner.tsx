"use client";
import { WifiOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useLiveLink } from "@/components/data/live";
import { Banner } from "@/components/ui/banner";

const PATIENCE_MS = 5000;
const GOOD_NEWS_MS = 3000;

/** Nothing for five seconds; then says that what is on screen may be old, and afterwards that it is up to date again. */
export function LiveBanner() {
  const t = useTranslations("shell");
  const link = useLiveLink((state) => state.link);
  const [shown, setShown] = useState<"none" | "lost" | "back">("none");
  useEffect(() => {
    const next = link === "lost" ? "lost" : "none";
    const wait = link === "lost" ? PATIENCE_MS : GOOD_NEWS_MS;
    if (link === "open") setShown((now) => (now === "lost" ? "back" : now));
    const timer = setTimeout(() => setShown(next), wait);
    return () => clearTimeout(timer);
  }, [link]);
  return (
    <div role="status">
      {shown === "lost" && (
        <Banner tone="note" icon={<WifiOff aria-hidden="true" />}>
          {t("live.lost")}
        </Banner>
      )}
      {shown === "back" && <Banner>{t("live.back")}</Banner>}
    </div>
  );
}
