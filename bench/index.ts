/**
 * `npm run bench -- intake|process|inbox|history [--rounds N] …`: figures beside their references, measured in the same run, one
 * JSON object per line. Exit code 1 when a bar was missed.
 */
import { generateClient } from "../scripts/lib/database.mjs";
import { readFlags } from "../scripts/lib/flags.mjs";
import { explain, Hint } from "../scripts/lib/say.mjs";

const SETTINGS = { shared_buffers: "2GB", max_wal_size: "8GB", checkpoint_timeout: "30min" };
const FLAGS = {
  rounds: "number",
  count: "number",
  "body-bytes": "number",
  connections: "number",
  rows: "number",
  sustained: "number",
  messages: "number",
  conversations: "number",
  orgs: "number",
  iterations: "number",
} as const;

async function main(): Promise<void> {
  const [what, ...rest] = process.argv.slice(2);
  const flags = readFlags(FLAGS, rest);
  const n = (name: keyof typeof FLAGS, otherwise: number) => (typeof flags[name] === "number" ? flags[name] : otherwise);
  if (what !== "intake" && what !== "process" && what !== "inbox" && what !== "history")
    throw new Hint("Say what to measure: intake, process, inbox or history.");
  await generateClient();
  const { openGround } = await import("./trial/ground");
  // the million messages of the inbox are kept; the other measures start on empty tables
  const ground = await openGround("bench", {
    settings: SETTINGS,
    keep: ["pg", "secrets.json", "inbox.json"],
    database: what === "inbox" ? "inbox" : "parley",
    empty: what !== "inbox",
  });
  try {
    if (what === "intake") {
      const { measureIntake } = await import("./intake");
      await measureIntake(ground, {
        rounds: n("rounds", 5),
        count: n("count", 20_000),
        bodyBytes: n("body-bytes", 480),
        connections: n("connections", 64),
      });
    } else if (what === "history") {
      const { measureHistory } = await import("./history");
      await measureHistory(ground, { messages: n("messages", 10_000), rounds: n("rounds", 3) });
    } else if (what === "process") {
      const { measureProcess } = await import("./process");
      await measureProcess(ground, { rounds: n("rounds", 3), rows: n("rows", 20_000), sustained: n("sustained", 50_000) });
    } else {
      const { measureInbox } = await import("./inbox");
      await measureInbox(ground, {
        messages: n("messages", 1_000_000),
        conversations: n("conversations", 50_000),
        orgs: n("orgs", 100),
        iterations: n("iterations", 1000),
        rounds: n("rounds", 3),
      });
    }
  } finally {
    const [{ closePools }, { closeRedis }, { closeJobs }, { closeDb }] = await Promise.all([
      import("@/lib/platform/pool"),
      import("@/lib/platform/redis"),
      import("@/lib/platform/jobs"),
      import("@/lib/platform/db"),
    ]);
    await Promise.all([closeJobs(), closeDb(), closePools()]);
    await closeRedis();
    await ground.stop();
  }
}

const ok = await main().then(
  async () => {
    const { missed } = await import("./figures");
    for (const name of missed()) console.error(`bar missed: ${name}`);
    return missed().length === 0;
  },
  (error) => {
    explain(error);
    return false;
  },
);
process.exit(ok ? 0 : 1);
