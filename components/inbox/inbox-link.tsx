"use client";
import type { ComponentProps, MouseEvent } from "react";
import { go } from "@/components/inbox/place";

const plainClick = (event: MouseEvent) =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;

/** A real link inside the inbox that moves at once; with a modifier it opens a tab like any other. */
export function InboxLink({ href, onGo, ...rest }: ComponentProps<"a"> & { href: string; onGo?: () => void }) {
  return (
    <a
      href={href}
      onClick={(event) => {
        if (!plainClick(event)) return;
        event.preventDefault();
        go(href);
        onGo?.();
      }}
      {...rest}
    />
  );
}
