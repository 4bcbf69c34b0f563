"use client";
import { useRouter } from "next/navigation";
import { useTimeZone } from "next-intl";
import { useEffect } from "react";

/** Tells the server the viewer's time zone by a cookie, once it differs from the one the page was drawn in. */
export function ZoneSync() {
  const router = useRouter();
  const drawn = useTimeZone();
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || zone === drawn || document.cookie.includes(`parley-zone=${encodeURIComponent(zone)}`)) return;
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser we support
    document.cookie = `parley-zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
    router.refresh();
  }, [router, drawn]);
  return null;
}
