/** POST /_control/webhook: any body, signed as asked, delivered once or many times at once, with no retry. */
import type { Context } from "../context";
import { ControlError } from "../control-error";
import { signature, wireBytes } from "../hooks/envelope";
import { post } from "../hooks/post";
import { asText, type JsonObject } from "../json";

/**
 * Sends `envelope` (an object is written as Meta writes it, a string goes out byte for byte) `times` times at once.
 * @returns the HTTP status of each; 0 where nobody answered
 * @throws ControlError when there is no callback, no envelope, or no previous secret to sign with
 */
export async function sendRawWebhook(ctx: Context, input: JsonObject): Promise<number[]> {
  const { app } = ctx.world;
  const url = asText(input.callbackUrl) ?? asText(input.url) ?? app.callbackUrl;
  if (!url) throw new ControlError(409, "the app has no callbackUrl");
  if (input.envelope === undefined) throw new ControlError(400, "envelope is missing");
  const escapes = typeof input.escapes === "boolean" ? input.escapes : ctx.tune.escapes;
  const bytes = typeof input.envelope === "string" ? Buffer.from(input.envelope, "utf8") : wireBytes(input.envelope, escapes);
  const header = signAs(ctx, asText(input.sign) ?? "good", bytes);
  const times = Math.min(Math.max(Math.trunc(Number(input.times ?? 1)) || 1, 1), 1000);
  const outcomes = await Promise.all(Array.from({ length: times }, () => post(url, bytes, header)));
  const statuses = outcomes.map((outcome) => (typeof outcome === "number" ? outcome : 0));
  for (const answer of outcomes) {
    ctx.ledger.note({ kind: "webhook", phoneNumberId: null, wamid: null, tag: null, to: null, type: "raw", attempt: 1, answer });
  }
  return statuses;
}

function signAs(ctx: Context, sign: string, bytes: Buffer): string | null {
  const { app } = ctx.world;
  switch (sign) {
    case "good":
      return signature(bytes, app.secret);
    case "bad":
      return signature(bytes, `${app.secret}-wrong`);
    case "none":
      return null;
    case "previous":
      if (app.previousSecret === undefined) throw new ControlError(409, "the app has no previous secret; set app.previousSecret");
      return signature(bytes, app.previousSecret);
    default:
      throw new ControlError(400, "sign must be good, bad, none or previous");
  }
}
