/**
 * Flags of a gradual rollout, by Unleash's rules: an organisation's answer is a hash of its id, so that it stays the same, and a larger
 * percentage only adds. Without `UNLEASH_URL` the file beside this one is all there is: nothing is fetched, counted or written. With it,
 * that file is the answer until the server has spoken, and the last it said stays when it goes away; nothing is kept on disk.
 * unleash-client brings its own fetch: it is given agents that obey the rules of outgoing calls (listed host, https, address checked when
 * the socket connects), which also hold for redirects; the caps on size are its own.
 * Source: Unleash, Node SDK 6 and "Client API".
 */
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { type ClientFeaturesResponse, InMemStorageProvider, Unleash } from "unleash-client";
import type { Id } from "@/lib/kernel/ids";
import { seconds } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import bundled from "@/lib/platform/flags.bootstrap.json";
import { guardedAgent } from "@/lib/platform/http";
import { log } from "@/lib/platform/log";

/** Each flag, who looks after it, and when it has to be gone. */
export const FLAGS = {
  "onboarding.embedded": { owner: "onboarding", until: "2027-06-30" },
} as const;
export type Flag = keyof typeof FLAGS;

/** Longest a first answer waits for the server; after that the file answers. */
const FIRST_WAIT = seconds(2);
const REFRESH = seconds(15);
const APP = "parley-web";
const FILE = bundled as unknown as ClientFeaturesResponse; // a JSON file's strings are wider than the client's own

let client: Promise<Unleash> | undefined;

async function start(): Promise<Unleash> {
  const { UNLEASH_URL: url, UNLEASH_TOKEN: key } = env();
  const unleash = new Unleash({
    appName: APP,
    url: url ?? "http://127.0.0.1/", // asked for by its shape; without a refresh nobody goes there
    refreshInterval: url ? REFRESH : 0,
    disableMetrics: !url,
    customHeaders: key ? { Authorization: key } : {},
    bootstrap: { data: FILE.features },
    storageProvider: new InMemStorageProvider<ClientFeaturesResponse>(),
    httpOptions: { agent: guardedAgent },
    disableAutoStart: true,
    skipInstanceCountWarning: true,
  });
  hear(unleash);
  await Promise.race([unleash.start(), sleep(FIRST_WAIT, undefined, { ref: false })]);
  await immediate(); // it turns ready a tick after it has read
  return unleash;
}

/** An error without a listener would end the process. */
function hear(unleash: Unleash): void {
  const say = (event: string) => (error: unknown) => log.warn(event, { reason: error instanceof Error ? error.name : "unknown" });
  unleash.on("error", say("flags.error")).on("warn", say("flags.warning"));
}

/** Whether a flag is on for an organisation; one that nobody knows is off. */
export async function isOn(flag: Flag, orgId: Id<"organisation">): Promise<boolean> {
  client ??= start();
  return (await client).isEnabled(flag, { properties: { orgId } }, false);
}

/** Ends the client; for the end of a process, and for tests that change the server. */
export async function closeFlags(): Promise<void> {
  const one = client;
  client = undefined;
  (await one)?.destroy();
}
