import { afterAll, expect, test } from "vitest";
import { closePools } from "@/lib/platform/pool";
import { sign } from "@/lib/testing/webhooks";
import { receiveWebhook } from "@/lib/webhooks/intake";

afterAll(closePools);

test("Postgres away: 503, so that the provider tries again", async () => {
  process.env.DATABASE_INGEST_URL = "postgresql://ingest:x@127.0.0.1:1/none"; // house: a test plays the launcher
  const raw = Buffer.from('{"entry":[]}');
  const request = { method: "POST", path: "/api/webhooks/whatsapp", query: new URLSearchParams(), signature: sign(raw), raw };
  expect((await receiveWebhook(request)).status).toBe(503);
});
