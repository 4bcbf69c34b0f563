/** Who takes part in a trial: organisations and numbers, strangers' numbers, clients. */

import { type MadeOrganisation, makeOrganisation } from "@/lib/testing/factory";
import { between, type Random } from "../../sandbox/random";
import { writeSandboxState } from "../../scripts/lib/seeding.mjs";
import type { Ground } from "./ground";
import type { Evidence } from "./verify";

export interface World {
  organisations: MadeOrganisation[];
  numbers: Evidence["numbers"];
  /** Numbers the outside world has and the product does not know. */
  ghosts: string[];
  clients: { digits: string; name: string }[];
}

/** Numbers per organisation: some have two, sizes differ. */
const NUMBERS = [1, 2, 1, 3, 1, 2];
const NAMES = ["Dewi Lestari", "João Araújo", "Budi", "Ana Maria", "Ömer", "Siti", "王小明", "O'Neil", "Łukasz", "Zé"];

/** Makes the organisations in the database and tells the sandbox about them. */
export async function makeWorld(ground: Ground, random: Random, clients: number, receiverUrl: string): Promise<World> {
  const organisations: MadeOrganisation[] = [];
  for (const [i, n] of NUMBERS.entries()) {
    organisations.push(
      await makeOrganisation({
        name: `Trial ${i}`,
        slug: `trial-${i}`,
        undoSeconds: 0,
        users: [
          { name: "Olivia Owner", role: "owner" },
          { name: "Adam Agent", role: "agent" },
        ],
        channels: Array.from({ length: n }, (_, k) => ({ displayPhone: `1555020${i}${k}00` })),
      }),
    );
  }
  const channels = organisations.flatMap((o) => o.channels.map((c) => ({ ...c, orgId: o.id as string })));
  const ghosts = ["190000000000001", "190000000000002"];
  writeSandboxState(ground.statePath, {
    secrets: ground.secrets,
    receiverUrl,
    seed: {
      organisations: [
        ...channels.map((c) => ({ ...c, name: "Trial", displayPhone: `+${c.displayPhone}` })),
        ...ghosts.map((phoneNumberId, i) => ({
          wabaId: `29000000000000${i}`,
          phoneNumberId,
          displayPhone: `+155509900${i}0`,
          name: "Stranger",
          accessToken: `stranger-${i}`,
        })),
      ],
    } as never,
  });
  return {
    organisations,
    numbers: new Map(channels.map((c) => [c.phoneNumberId, { orgId: c.orgId, channelId: c.id, wabaId: c.wabaId }])),
    ghosts,
    clients: Array.from({ length: clients }, (_, i) => clientOf(i, random)),
  };
}

/** Mostly ordinary people of three countries; a few who hide their phone, echo, or are never reached. */
function clientOf(i: number, random: Random): World["clients"][number] {
  const name = `${NAMES[i % NAMES.length]} ${i}`;
  const tail = String(1_000_000 + i);
  if (i % 20 === 7) return { digits: `1555${tail.slice(-3)}0900`, name };
  if (i % 50 === 11) return { digits: `1555${tail.slice(-3)}0001`, name };
  if (i % 50 === 31) return { digits: `1555${tail.slice(-3)}0000`, name };
  if (i % 50 === 41) return { digits: `1555${tail.slice(-3)}0026`, name };
  const kind = between(random, 0, 2);
  return { digits: kind === 0 ? `6281${tail}99` : kind === 1 ? `55119${tail}9` : `44770${tail}`, name };
}
