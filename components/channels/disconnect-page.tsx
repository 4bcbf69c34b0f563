import { useTranslations } from "next-intl";
import { Consequences } from "@/components/channels/consequences";
import { DisconnectForm } from "@/components/channels/disconnect-form";
import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import type { DisconnectPreview } from "@/lib/onboarding/views";

/** Before a number is disconnected: what happens, what stays, and the word of whoever does it. */
export function DisconnectPage({ preview }: { preview: DisconnectPreview }) {
  const t = useTranslations("standing");
  const { id, name, phone, status, fresh } = preview;
  return (
    <main className="thin-scroll min-h-0 grow overflow-y-auto">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 px-4 py-8 sm:px-8">
        <header className="min-w-0">
          <p className="text-sm">
            <Link href={`/settings/numbers/standing/${id}`}>{t("leave.backToNumber")}</Link>
          </p>
          <h1 className="mt-1 text-xl font-semibold">{t("leave.title")}</h1>
          <p className="mt-1 break-words text-muted">
            {name}{" "}
            {phone && (
              <span dir="ltr" className="tabular">
                {phone}
              </span>
            )}
          </p>
        </header>
        {status === "disconnected" ? (
          <Banner tone="note" className="rounded">
            {t("leave.already")}
          </Banner>
        ) : (
          <>
            <Consequences preview={preview} />
            <DisconnectForm id={id} fresh={fresh} />
          </>
        )}
      </div>
    </main>
  );
}
