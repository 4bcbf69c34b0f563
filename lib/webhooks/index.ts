/**
 * What providers tell us: stored once (see `intake`), understood later, handed to the rooms it concerns.
 * Does not live here: Meta's language (providers/meta), conversations, messages.
 * Invariants: every element of a batch becomes one event; effects and "processed" commit together; no tenant is ever guessed.
 */

export { tendOrphans } from "@/lib/webhooks/orphans";
export { destroyOldBodies, ensureIntakeKey } from "@/lib/webhooks/platform-keys";
export { type Handled, processOrganisation } from "@/lib/webhooks/process-events";
export { RehearsePartner, rehearsePartner } from "@/lib/webhooks/rehearse-partner";
export { rerouteUnrouted } from "@/lib/webhooks/reroute-unrouted";
export { replaceIntakeKeys, resealIntake } from "@/lib/webhooks/rotate-intake";
export { getWebhookSettings, testHandshake } from "@/lib/webhooks/settings";
export { splitDeliveries } from "@/lib/webhooks/split-deliveries";
export { type Backlog, destroyOldUnrouted, measureBacklog, organisationsWithEvents } from "@/lib/webhooks/sweep-webhooks";
