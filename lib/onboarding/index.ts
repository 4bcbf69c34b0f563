/**
 * The embedded-signup journey that ends in a channel: its session, its steps, each press on Connect.
 * Does not live here: the channel afterwards (channels), the events of accounts nobody has connected (webhooks).
 * Invariants: no channel without a proof that this organisation's own token reads the account; ids from a browser are hints;
 * each step looks before it acts; a number of the phone app is never registered.
 */
export { advanceOnboarding } from "@/lib/onboarding/advance-onboarding";
export { checkAllConnections, checkConnections } from "@/lib/onboarding/check-connections";
export { ClaimAccount, claimAccount } from "@/lib/onboarding/claim-account";
export { decideClaimCode, makeClaimCode } from "@/lib/onboarding/claim-codes";
export { ConnectManually, connectManually } from "@/lib/onboarding/connect-manually";
export { DisconnectNumber, disconnectNumber } from "@/lib/onboarding/disconnect-number";
export { expireOnboardings } from "@/lib/onboarding/expire-onboardings";
export { findJourneyAccount } from "@/lib/onboarding/find-journey-account";
export { finishDisconnection } from "@/lib/onboarding/finish-disconnection";
export { getDisconnectPreview } from "@/lib/onboarding/get-disconnect-preview";
export { type Echo, hearClaims } from "@/lib/onboarding/hear-claims";
export { advanceJob, disconnectionJob, settleClaimJob } from "@/lib/onboarding/jobs";
export { type DepartureView, noteDeparture, readDeparture } from "@/lib/onboarding/note-departure";
export { openLink } from "@/lib/onboarding/open-link";
export { getOwnApps, RemoveOwnApp, RotateOwnApp, removeOwnApp, rotateOwnApp } from "@/lib/onboarding/own-apps";
export { pressConnect } from "@/lib/onboarding/press-connect";
export { getInvitation, getNumbers, getOnboarding } from "@/lib/onboarding/read-onboarding";
export { getConnections, getStanding } from "@/lib/onboarding/read-standing";
export { ReportSignup, reportSignup } from "@/lib/onboarding/report-signup";
export { settleClaim } from "@/lib/onboarding/settle-claim";
export { shareOnboarding, unshareOnboarding } from "@/lib/onboarding/share-link";
export { StartOnboarding, startOnboarding } from "@/lib/onboarding/start-onboarding";
export {
  ChooseOnboarding,
  cancelOnboarding,
  chooseOnboarding,
  DecideClaim,
  decideClaim,
  retryOnboarding,
} from "@/lib/onboarding/steer-onboarding";
export { dueClaims, forgetClaims } from "@/lib/onboarding/sweep-claims";
export { handleDepartures } from "@/lib/onboarding/sweep-departures";
export { dueDisconnections } from "@/lib/onboarding/sweep-disconnections";
export { dueOnboardings } from "@/lib/onboarding/sweep-onboarding";
export { destroyPreviousSecrets } from "@/lib/onboarding/sweep-own-secrets";
