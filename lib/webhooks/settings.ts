import { randomBytes } from "node:crypto";
import { allow } from "@/lib/identity";
import { META_PATHS } from "@/lib/kernel/addresses";
import type { Ctx } from "@/lib/kernel/ctx";
import { AppError } from "@/lib/kernel/errors";
import { seconds } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import { callHttp, HttpFailure } from "@/lib/platform/http";
import { inTenantSql } from "@/lib/platform/sql";
import type { HandshakeView, WebhookSettingsView } from "@/lib/webhooks/views";

const publicUrl = () => new URL(META_PATHS[0], env().WEBHOOK_PUBLIC_URL).toString();

/** What an admin copies into Meta's App Dashboard. */
export async function getWebhookSettings(ctx: Ctx): Promise<WebhookSettingsView> {
  allow(ctx, "settings.webhook");
  const [row] = await inTenantSql(ctx, (sql) =>
    sql.rows<{ at: Date | null }>("settings.last", "select max(last_inbound_at) as at from conversations where org_id = $1", [
      ctx.orgId,
    ]),
  );
  return { url: publicUrl(), verifyToken: env().META_WEBHOOK_VERIFY_TOKEN, lastReceivedAt: row?.at?.toISOString() ?? null };
}

/** Plays Meta's GET challenge against the public address and says what came back. Never throws for a bad answer. */
export async function testHandshake(ctx: Ctx): Promise<HandshakeView> {
  allow(ctx, "settings.webhook");
  const challenge = randomBytes(8).toString("hex");
  const query = new URLSearchParams({
    "hub.mode": "subscribe",
    "hub.challenge": challenge,
    "hub.verify_token": env().META_WEBHOOK_VERIFY_TOKEN,
  });
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  try {
    const answer = await callHttp({ url: `${publicUrl()}?${query}`, method: "GET", timeoutMs: seconds(10), maxBytes: 4096 });
    const ok = answer.status === 200 && answer.text === challenge;
    const reason = ok ? null : answer.status !== 200 ? "wrong_status" : "wrong_body";
    return { ok, status: answer.status, reason, ms: ms() };
  } catch (error) {
    const reason = error instanceof AppError ? error.detail : error instanceof HttpFailure ? "unreachable" : "failed";
    return { ok: false, status: null, reason, ms: ms() };
  }
}
