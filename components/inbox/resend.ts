/** What may be offered for a message that failed or may not have left. Pure. */
import type { MessageView } from "@/lib/messages/views";

type Judged = Pick<MessageView, "can" | "content">;

/** Free text goes again only while the window is open; once it is closed a template can take its place. */
export function resendOffer({ can, content }: Judged, windowOpen: boolean): "again" | "template" | null {
  if (!can.resend) return null;
  return windowOpen || content.kind === "template" ? "again" : "template";
}
