/** The templates every account of the sandbox starts with. Invented; forms and limits as on the real platform. */
import type { JsonObject } from "./json";
import type { Template } from "./templates";

type Draft = Pick<Template, "name" | "language" | "components"> & Partial<Template>;

const make = (draft: Draft): Template => ({
  id: "",
  status: "APPROVED",
  category: "UTILITY",
  parameter_format: "POSITIONAL",
  quality_score: { score: "GREEN", date: 1790000000 },
  rejected_reason: "NONE",
  ...draft,
});

const body = (text: string, ...samples: string[]): JsonObject =>
  samples.length === 0 ? { type: "BODY", text } : { type: "BODY", text, example: { body_text: [samples] } };

const named = (text: string, samples: { [name: string]: string }): JsonObject => ({
  type: "BODY",
  text,
  example: { body_text_named_params: Object.entries(samples).map(([param_name, example]) => ({ param_name, example })) },
});

const footer = (text: string): JsonObject => ({ type: "FOOTER", text });
const header = (text: string, sample?: string): JsonObject =>
  sample === undefined
    ? { type: "HEADER", format: "TEXT", text }
    : { type: "HEADER", format: "TEXT", text, example: { header_text: [sample] } };
const quickReplies = (...texts: string[]): JsonObject => ({
  type: "BUTTONS",
  buttons: texts.map((text) => ({ type: "QUICK_REPLY", text })),
});

export const SEEDED: Template[] = [
  make({
    name: "appointment_reminder",
    language: "en",
    components: [
      body(
        "Hello {{1}}, this is a reminder of your appointment on {{2}}. Reply here if the time no longer suits you.",
        "Ana",
        "3 November, 09:00",
      ),
      footer("You can answer this message"),
      quickReplies("Confirm", "Another time"),
    ],
  }),
  make({
    name: "appointment_reminder",
    language: "id",
    components: [
      body(
        "Halo {{1}}, kami mengingatkan janji temu Anda pada {{2}}. Balas di sini bila waktunya tidak sesuai.",
        "Budi",
        "3 November, 09.00",
      ),
      footer("Anda dapat membalas pesan ini"),
      quickReplies("Setuju", "Waktu lain"),
    ],
  }),
  make({
    name: "appointment_reminder",
    language: "pt_BR",
    components: [
      body(
        "Olá {{1}}, lembramos do seu compromisso em {{2}}. Responda por aqui se o horário não servir mais.",
        "Ana",
        "3 de novembro, 9h",
      ),
      footer("Você pode responder a esta mensagem"),
      quickReplies("Confirmar", "Outro horário"),
    ],
  }),
  make({
    name: "documents_ready",
    language: "en",
    parameter_format: "NAMED",
    components: [
      header("Your documents"),
      named("Dear {{client_name}}, the documents for {{matter}} are ready. You can collect them from our office or reply here.", {
        client_name: "Ana",
        matter: "the lease",
      }),
    ],
  }),
  make({
    name: "documents_ready",
    language: "id",
    parameter_format: "NAMED",
    components: [
      header("Dokumen Anda"),
      named("Yth. {{client_name}}, dokumen untuk {{matter}} sudah siap. Silakan ambil di kantor kami atau balas pesan ini.", {
        client_name: "Budi",
        matter: "perjanjian sewa",
      }),
    ],
  }),
  make({
    name: "documents_ready",
    language: "pt_BR",
    parameter_format: "NAMED",
    components: [
      header("Seus documentos"),
      named("Prezado(a) {{client_name}}, os documentos de {{matter}} estão prontos. Retire no escritório ou responda por aqui.", {
        client_name: "Ana",
        matter: "contrato de locação",
      }),
    ],
  }),
  make({
    name: "we_are_back",
    language: "en",
    components: [body("We are back in the office and can continue our conversation. How can we help you?")],
  }),
  make({
    name: "we_are_back",
    language: "id",
    components: [body("Kami sudah kembali di kantor dan dapat melanjutkan percakapan. Ada yang bisa kami bantu?")],
  }),
  make({
    name: "we_are_back",
    language: "pt_BR",
    components: [body("Estamos de volta ao escritório e podemos continuar a conversa. Como podemos ajudar?")],
  }),
  make({
    name: "booking_update",
    language: "pt_BR",
    components: [
      header("Reserva {{1}}", "RS-1042"),
      body("Olá {{1}}, sua reserva para {{2}} está confirmada para o dia {{3}}. Boa viagem!", "Ana", "Florianópolis", "12/12"),
      {
        type: "BUTTONS",
        buttons: [{ type: "URL", text: "Ver reserva", url: "https://example.com/r/{{1}}", example: ["RS-1042"] }],
      },
    ],
  }),
  make({
    name: "year_end_offer",
    language: "en",
    category: "MARKETING",
    components: [body("Good news, {{1}}: our year end packages are open until {{2}}. Reply for details.", "Ana", "31 December")],
  }),
  make({
    name: "new_intake_form",
    language: "en",
    status: "PENDING",
    quality_score: { score: "UNKNOWN" },
    components: [body("Hello {{1}}, please fill in our new form before the first meeting, thank you.", "Ana")],
  }),
  make({
    name: "win_prizes_now",
    language: "pt_BR",
    status: "REJECTED",
    category: "MARKETING",
    quality_score: { score: "UNKNOWN" },
    rejected_reason: "PROMOTIONAL",
    components: [body("{{1}} GANHE PRÊMIOS {{2}}", "Ana", "hoje")],
  }),
  make({
    name: "weekly_news",
    language: "en",
    status: "PAUSED",
    category: "MARKETING",
    quality_score: { score: "RED", date: 1790000000 },
    components: [body("Hello {{1}}, here is what happened at the firm this week.", "Ana")],
  }),
];
