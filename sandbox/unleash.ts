/**
 * A server of flags: the client API of Unleash at `/unleash/api/client`, with what `/_control/flags` sets. Any token of at least one
 * character is taken. Source: Unleash, "Client API"; node SDK 6.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ControlError } from "./control-error";
import { sendJson } from "./http";
import { asObject, asText, type JsonObject } from "./json";

export interface Flags {
  /** Percentage of organisations, by flag. */
  rollouts: Map<string, number>;
  /** Answers 503 while set. */
  down: boolean;
  /** What clients asked, newest last: `features`, `register`, `metrics`. */
  asked: string[];
}
export const newFlags = (): Flags => ({ rollouts: new Map([["onboarding.embedded", 100]]), down: false, asked: [] });

const featureOf = ([name, rollout]: [string, number]): JsonObject => ({
  name,
  type: "release",
  enabled: true,
  project: "default",
  stale: false,
  impressionData: false,
  strategies: [
    {
      name: "flexibleRollout",
      constraints: [],
      parameters: { rollout: `${rollout}`, stickiness: "orgId", groupId: name },
      variants: [],
    },
  ],
  variants: [],
});

export const isUnleash = (path: string): boolean => path.startsWith("/unleash/api/");

/** Answers one call of a client. */
export function answerUnleash(
  flags: Flags,
  method: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const call = `${method} ${path.slice("/unleash/api/".length)}`;
  if (flags.down) return void sendJson(response, 503, { message: "the server is down" });
  if (!request.headers.authorization) return void sendJson(response, 401, { message: "You must provide a valid token" });
  flags.asked = [...flags.asked.slice(-99), call.slice(call.lastIndexOf("/") + 1)];
  if (call === "POST client/register" || call === "POST client/metrics") return void sendJson(response, 202, {});
  if (call !== "GET client/features") return void sendJson(response, 404, { message: "no such address" });
  const features = [...flags.rollouts].map(featureOf);
  const etag = `"${createHash("sha256").update(JSON.stringify(features)).digest("hex").slice(0, 16)}"`;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag });
    response.end();
    return;
  }
  sendJson(response, 200, { version: 2, features, segments: [], meta: { etag } }, { etag });
}

/** Carries out `{flag, rollout}` and `{down}`; answers how the flags are. @throws ControlError 400 */
export function changeFlags(flags: Flags, input: JsonObject): JsonObject {
  const name = asText(input.flag);
  if (name !== undefined) {
    const rollout = Number(input.rollout);
    if (!Number.isInteger(rollout) || rollout < 0 || rollout > 100) throw new ControlError(400, "rollout must be 0 to 100");
    flags.rollouts.set(name, rollout);
  }
  if (typeof input.down === "boolean") flags.down = input.down;
  return asObject({ rollouts: Object.fromEntries(flags.rollouts), down: flags.down, asked: flags.asked });
}
