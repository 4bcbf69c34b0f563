/** What changing whose conversation it is means to the person who does it. Pure. */
import type { PersonView } from "@/lib/kernel/person-view";

/** `kind` names the sentence, `name` the colleague it speaks of. */
export interface Handover {
  kind: "mine" | "taken" | "given" | "freed";
  name: string;
}

/** Null when nothing changes hands. */
export function handover(before: PersonView | null, after: PersonView | null, myId: string): Handover | null {
  if (before?.id === after?.id) return null;
  if (!after) return { kind: "freed", name: "" };
  if (after.id !== myId) return { kind: "given", name: after.name };
  return before ? { kind: "taken", name: before.name } : { kind: "mine", name: "" };
}
