/** Prometheus metrics of this process. Labels never carry tenant content. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export const registry = new Registry();
collectDefaultMetrics({ register: registry });

const make = { registers: [registry] };
export const counters = {
  webhookRefused: new Counter({
    ...make,
    name: "parley_webhook_refused_total",
    help: "Webhook requests refused",
    labelNames: ["why"],
  }),
  webhookAccepted: new Counter({ ...make, name: "parley_webhook_accepted_total", help: "Webhook requests answered 200" }),
  webhookRepeated: new Counter({ ...make, name: "parley_webhook_repeated_total", help: "Deliveries that were seen before" }),
  eventsProcessed: new Counter({
    ...make,
    name: "parley_events_processed_total",
    help: "Events processed",
    labelNames: ["kind"],
  }),
  eventsQuarantined: new Counter({
    ...make,
    name: "parley_events_quarantined_total",
    help: "Events quarantined",
    labelNames: ["cause"],
  }),
  sends: new Counter({ ...make, name: "parley_sends_total", help: "Send attempts by outcome", labelNames: ["outcome"] }),
  breakerOpened: new Counter({
    ...make,
    name: "parley_breaker_opened_total",
    help: "Times a number's breaker opened after failed sends",
  }),
  unopened: new Counter({
    ...make,
    name: "parley_unopened_rows_total",
    help: "Sealed rows that did not open when somebody wanted to read them",
    labelNames: ["table"],
  }),
  onboardingCache: new Counter({
    ...make,
    name: "parley_onboarding_cache_total",
    help: "Reads of a journey by where it came from: hit is Redis, miss and away are Postgres",
    labelNames: ["result"],
  }),
  orphansFound: new Counter({
    ...make,
    name: "parley_orphan_accounts_found_total",
    help: "Accounts that began to speak to us without being connected",
  }),
  claimCodes: new Counter({
    ...make,
    name: "parley_claim_codes_total",
    help: "Codes by which an account is proven, by what became of them: made, heard through a number, proven, unusable",
    labelNames: ["result"],
  }),
  tokenChecks: new Counter({
    ...make,
    name: "parley_token_checks_total",
    help: "Nightly looks at tokens, by what came out; unknown when the provider did not answer, failed when we could not ask",
    labelNames: ["result"],
  }),
  tokensExpiring: new Counter({
    ...make,
    name: "parley_tokens_expiring_total",
    help: "Warnings that a token or its access to data ends, once per threshold of days",
    labelNames: ["days"],
  }),
  numberDrops: new Counter({
    ...make,
    name: "parley_number_drops_total",
    help: "Numbers that fell, by what did: quality, tier (people a day), review, restriction",
    labelNames: ["what"],
  }),
  jobsDropped: new Counter({ ...make, name: "parley_jobs_dropped_total", help: "Jobs of a name this worker does not know" }),
};
export const histograms = {
  webhookAck: new Histogram({
    ...make,
    name: "parley_webhook_ack_seconds",
    help: "From request to 200",
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  }),
};
export const gauges = {
  oldestDelivery: new Gauge({
    ...make,
    name: "parley_oldest_delivery_seconds",
    help: "Age of the oldest delivery not yet split",
  }),
  oldestEvent: new Gauge({ ...make, name: "parley_oldest_event_seconds", help: "Age of the oldest pending event" }),
  oldestOutbox: new Gauge({ ...make, name: "parley_oldest_outbox_seconds", help: "Age of the oldest outbox row that is due" }),
  searchLag: new Gauge({ ...make, name: "parley_search_lag_seconds", help: "Age of the oldest message not yet searchable" }),
  quarantined: new Gauge({ ...make, name: "parley_quarantined_events", help: "Events in quarantine" }),
  unrouted: new Gauge({ ...make, name: "parley_unrouted_events", help: "Events of unknown numbers" }),
  orphans: new Gauge({ ...make, name: "parley_orphan_accounts", help: "Accounts that speak to us and are nobody's" }),
  oldestOrphan: new Gauge({ ...make, name: "parley_orphan_oldest_seconds", help: "Since when the oldest of them has" }),
  liveStreams: new Gauge({ ...make, name: "parley_live_streams", help: "Open live streams of this process" }),
};
