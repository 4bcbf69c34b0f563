/** Calls to the Graph API: sending, and reading templates. Tokens are opened here and nowhere else. */
import { AppError } from "@/lib/kernel/errors";
import type { Secret } from "@/lib/kernel/secret";
import { seconds } from "@/lib/kernel/time";
import { env } from "@/lib/platform/env";
import { callHttp, type HttpAnswer, HttpFailure } from "@/lib/platform/http";
import { type Json, obj } from "@/lib/providers/meta/json";
import { classifySendError } from "@/lib/providers/meta/map-error";
import type { MessageSender, OutboundMessage, RemoteTemplate, SendOutcome, TemplateSource } from "@/lib/providers/ports";

/** Address of the Graph API with its version, without a slash at its end. */
export const base = () => `${env().META_GRAPH_URL.replace(/\/$/, "")}/${env().META_GRAPH_VERSION}`;
const bearer = (token: Secret) => ({ authorization: `Bearer ${token.open()}`, "content-type": "application/json" });

function bodyOf(message: OutboundMessage): Json {
  const to = "phone" in message.to ? { to: message.to.phone } : { recipient: message.to.bsuid };
  const frame = { messaging_product: "whatsapp", recipient_type: "individual", ...to, biz_opaque_callback_data: message.tag };
  if ("text" in message.content) return { ...frame, type: "text", text: { body: message.content.text, preview_url: false } };
  const { name, language, format, variables } = message.content.template;
  const parameters = variables.map((v) => ({
    type: "text",
    ...(format === "named" ? { parameter_name: v.key } : {}),
    text: v.value,
  }));
  const components = parameters.length > 0 ? [{ type: "body", parameters }] : [];
  return { ...frame, type: "template", template: { name, language: { code: language }, components } };
}

const isCode = (v: unknown): v is number => typeof v === "number" && Number.isInteger(v) && Math.abs(v) < 2 ** 31;

/** Reads an answer to a send. Exported for tests of the classes. */
export function outcomeOf(answer: HttpAnswer): SendOutcome {
  const body = obj(answer.json);
  if (answer.status >= 200 && answer.status < 300) {
    const first = obj((Array.isArray(body.messages) ? body.messages : [])[0]);
    if (typeof first.id === "string" && first.id) {
      return { kind: "accepted", wamid: first.id, qualityHeld: first.message_status === "held_for_quality_assessment" };
    }
    return { kind: "unknown", code: null };
  }
  const code = obj(body.error).code;
  const retryAfter = Number(answer.headers["retry-after"]);
  return classifySendError(answer.status, isCode(code) ? code : null, Number.isFinite(retryAfter) ? retryAfter : null);
}

export const metaSender: MessageSender = {
  async send(message) {
    try {
      const answer = await callHttp({
        url: `${base()}/${message.phoneNumberId}/messages`,
        method: "POST",
        headers: bearer(message.token),
        body: JSON.stringify(bodyOf(message)),
        timeoutMs: seconds(20),
        pool: "human",
      });
      return outcomeOf(answer);
    } catch (error) {
      if (error instanceof HttpFailure && error.outcome === "not_sent") {
        return { kind: "retry", code: null, why: "not_sent", retryAfterSeconds: null };
      }
      if (error instanceof AppError) return { kind: "retry", code: null, why: "not_sent", retryAfterSeconds: null };
      return { kind: "unknown", code: null };
    }
  },
};

const FIELDS = "id,name,status,category,language,components,parameter_format";
const PAGES = 100;

export const metaTemplates: TemplateSource = {
  async listTemplates(wabaId, token) {
    const out: RemoteTemplate[] = [];
    let after: string | null = null;
    for (let page = 0; page < PAGES; page++) {
      const cursor: string = after ? `&after=${encodeURIComponent(after)}` : "";
      const answer = await readGraph(`${base()}/${wabaId}/message_templates?fields=${FIELDS}&limit=100${cursor}`, token);
      // an answer without a list is no empty list: it would retire every template
      if (!Array.isArray(answer.data)) throw new AppError("unavailable", "provider");
      for (const item of answer.data) out.push(templateOf(obj(item)));
      const paging = obj(answer.paging);
      const next = obj(paging.cursors).after;
      if (!paging.next || typeof next !== "string") return out;
      after = next;
    }
    throw new AppError("unavailable", "provider");
  },
};

const text = (v: unknown) => (typeof v === "string" || typeof v === "number" ? String(v).replaceAll("\u0000", "") : "");
const templateOf = (t: Json): RemoteTemplate => ({
  providerId: text(t.id),
  name: text(t.name),
  language: text(t.language),
  category: text(t.category),
  status: text(t.status),
  components: { format: text(t.parameter_format) || "POSITIONAL", parts: Array.isArray(t.components) ? t.components : [] },
});

async function readGraph(url: string, token: Secret): Promise<Json> {
  let answer: HttpAnswer;
  try {
    answer = await callHttp({ url, method: "GET", headers: bearer(token), maxBytes: 8 << 20 });
  } catch (error) {
    throw new AppError("unavailable", "provider", { cause: error });
  }
  if (answer.status === 200) return obj(answer.json);
  const code = Number(obj(obj(answer.json).error).code);
  if (code === 190 || answer.status === 401) throw new AppError("precondition", "token_refused");
  throw new AppError("unavailable", "provider");
}
