/** Named scenarios of seeds: two firms, three languages, conversations in every state a list shows. */
import type { Role } from "@/lib/identity";
import type { Chat, Line } from "@/lib/testing/conversations";
import type { MadeUser, OrganisationPlan } from "@/lib/testing/factory";

export interface Firm {
  plan: OrganisationPlan;
  /** Matters that are open, and whose conversations, by phone, are bound to them. */
  matters?: { title: string; kind: string; privileged?: boolean; by: Role; phones: string[] }[];
  chats: (by: (role: Role) => MadeUser) => Chat[];
}
const client = (ago: number, text: string, card?: string): Line => ({ from: "client", ago, text, card });
const HOUR = 60;
const DAY = 24 * HOUR;

const santoso: Firm = {
  plan: {
    slug: "santoso",
    name: "Santoso & Partners",
    users: [
      { name: "Ratna Santoso", email: "ratna@santoso.example", role: "owner" },
      { name: "Dewi Lestari", email: "dewi@santoso.example", role: "admin", locale: "id" },
      { name: "Agus Wijaya", email: "agus@santoso.example", role: "manager", locale: "id" },
      { name: "Budi Hartono", email: "budi@santoso.example", role: "lawyer" },
      { name: "Sari Wulandari", email: "sari@santoso.example", role: "agent", locale: "id" },
    ],
    channels: [{ name: "Santoso Jakarta", displayPhone: "15550100001" }],
  },
  matters: [
    { title: "Brandt: shareholder agreement", kind: "Corporate", by: "lawyer", phones: ["14155550142"] },
    { title: "Akta jual beli rumah Bandung", kind: "Pertanahan", by: "lawyer", phones: [] },
  ],
  chats: (by) => {
    const us = (ago: number, text: string, state: Line["state"], role: Role = "lawyer"): Line => ({
      from: "us",
      ago,
      text,
      state,
      author: by(role).id,
    });
    return [
      {
        phone: "6281234500101",
        name: "Ibu Kartika Sari",
        unread: 2,
        lines: [
          client(190, "Selamat siang, saya ingin bertanya soal akta jual beli rumah di Bandung."),
          us(170, "Selamat siang Ibu Kartika. Apakah sertifikatnya sudah atas nama penjual?", "read", "agent"),
          client(26, "Sudah, tapi masih ada roya bank yang belum dicoret."),
          client(24, "Saya kirim fotonya ya, mohon diperiksa 🙏"),
        ],
      },
      {
        phone: "14155550142",
        name: "Michael Brandt",
        assignee: by("lawyer").id,
        unread: 1,
        lines: [
          client(26 * HOUR, "Good morning, following up on the shareholder agreement."),
          us(25 * HOUR, "Good morning Mr Brandt. The revised clause 7 is with the notary; I expect it back tomorrow.", "read"),
          client(95, "Thank you. Could you confirm the signing date? My flight is on Thursday."),
        ],
      },
      {
        phone: "6281298700202",
        name: "Pak Hendra",
        assignee: by("agent").id,
        lines: [
          client(5 * HOUR, "Jam berapa sidang besok?"),
          us(
            4 * HOUR,
            "Sidang besok pukul 09.30 di PN Jakarta Selatan, ruang 3. Mohon hadir 30 menit lebih awal, Pak.",
            "delivered",
            "agent",
          ),
        ],
      },
      {
        phone: "6281311100303",
        name: "Yuliana",
        assignee: by("lawyer").id,
        lines: [
          client(23 * HOUR + 20, "Saya sudah transfer biaya konsultasinya."),
          us(23 * HOUR, "Terima kasih, Bu. Kuitansinya menyusul hari ini.", "read"),
        ],
      },
      {
        phone: "6281511100404",
        name: "CV Maju Bersama",
        unread: 1,
        lines: [client(40, "", "document"), client(39, "Draf perjanjian sewa gudang, mohon ditinjau pasal 4 dan 9.")],
      },
      {
        phone: "447700900123",
        name: "Priya Nair",
        assignee: by("lawyer").id,
        lines: [
          client(3 * DAY, "Hi, is the trademark search for 'Lumbung' done?"),
          us(3 * DAY - 60, "It is: no conflicts in classes 29 and 30. I will call you on Monday.", "read"),
        ],
      },
      {
        phone: "6281711100505",
        name: "Rudi",
        lines: [
          client(2 * DAY, "Halo, apakah bisa konsultasi soal warisan?"),
          us(2 * DAY - 30, "Bisa, Pak Rudi. Kapan Bapak ada waktu?", "failed", "agent"),
        ],
      },
      {
        phone: "6281811100606",
        name: "Maria Goretti",
        status: "resolved",
        assignee: by("agent").id,
        lines: [
          client(6 * DAY, "Terima kasih banyak atas bantuannya!"),
          us(6 * DAY - 20, "Sama-sama, Bu Maria. Semoga lancar.", "read", "agent"),
        ],
      },
    ];
  },
};

const rotaSul: Firm = {
  plan: {
    slug: "rota-sul",
    name: "Rota Sul Viagens",
    users: [
      { name: "Marina Costa", email: "marina@rotasul.example", role: "owner", locale: "pt-BR" },
      { name: "Tiago Ramos", email: "tiago@rotasul.example", role: "manager", locale: "pt-BR" },
      { name: "Joana Prado", email: "joana@rotasul.example", role: "agent", locale: "pt-BR" },
    ],
    channels: [{ name: "Rota Sul Florianópolis", displayPhone: "15550100002" }],
  },
  chats: (by) => {
    const us = (ago: number, text: string, state: Line["state"], role: Role = "agent"): Line => ({
      from: "us",
      ago,
      text,
      state,
      author: by(role).id,
    });
    return [
      {
        phone: "5548988770101",
        name: "Ana Beatriz",
        unread: 2,
        lines: [
          client(80, "Oi! O passeio de barco de sábado ainda tem vaga para 4 pessoas?"),
          us(70, "Oi, Ana! Tem sim, saída às 9h do trapiche. Reservo no seu nome?", "read"),
          client(12, "Reserva, por favor! Uma das crianças tem 5 anos, paga?"),
          client(11, "E precisa levar protetor solar? 😄"),
        ],
      },
      {
        phone: "5551999880202",
        name: "Família Oliveira",
        assignee: by("agent").id,
        lines: [
          client(20 * HOUR, "Nosso voo atrasou, chegamos só às 22h."),
          us(19 * HOUR, "Sem problema! O motorista espera por vocês no desembarque até as 23h.", "delivered"),
        ],
      },
      {
        phone: "5411555566778",
        name: "Lucía Fernández",
        lines: [client(4 * HOUR, "Hello! Do you have English-speaking guides for the Lagoa tour?")],
        unread: 1,
      },
      {
        phone: "5547991110404",
        name: "Seu Antônio",
        assignee: by("manager").id,
        lines: [
          client(2 * DAY, "Bom dia, quero remarcar a excursão para Bombinhas."),
          us(2 * DAY - 15, "Bom dia, seu Antônio! Temos dia 29 e dia 6. Qual prefere?", "read", "manager"),
        ],
      },
      { phone: "5548977770505", name: "Carla", lines: [client(9 * HOUR, "", "location")], unread: 1 },
    ];
  },
};

export const FIRMS: readonly Firm[] = [santoso, rotaSul];
