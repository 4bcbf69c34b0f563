/**
 * `npm run chaos -- --events N --kills K --seed S [--broken NAME]`: a trial on stores of its own. Faults outside, kill -9
 * inside, and a verdict by comparing the outside world's ledger with the database. The last line is the verdict as JSON.
 * `npm run chaos -- --onboarding`: the same for journeys that connect a number, killed at every step, and without Redis.
 * `npm run chaos -- --clock`: the nightly jobs of two workers while the clock is moved over their hours, back and forth.
 * `npm run chaos -- --keys`: all keys are replaced while messages come and go and every sealed value is read.
 */
import { generateClient } from "../scripts/lib/database.mjs";
import { readFlags } from "../scripts/lib/flags.mjs";
import { explain } from "../scripts/lib/say.mjs";
import { BROKEN, ISOLATION } from "./broken/table";

async function main(): Promise<boolean> {
  const flags = readFlags({
    events: "number",
    kills: "number",
    seed: "number",
    broken: BROKEN,
    onboarding: "switch",
    clock: "switch",
    keys: "switch",
  });
  const number = (name: string, otherwise: number) => (typeof flags[name] === "number" ? flags[name] : otherwise);
  const broken = typeof flags.broken === "string" ? flags.broken : undefined;
  const options = { events: number("events", 1000), kills: number("kills", 4), seed: number("seed", 1), broken };
  await generateClient();
  if (flags.onboarding || flags.clock || flags.keys) {
    const { runOnboardingTrial, runClockTrial, runKeysTrial } = await import("./trial/run");
    const told = await (flags.keys ? runKeysTrial(options.seed) : flags.clock ? runClockTrial() : runOnboardingTrial());
    console.log(JSON.stringify(told));
    return told.pass;
  }
  const isolation = ISOLATION.find((name) => name === broken);
  const verdict = isolation
    ? await (await import("./trial/isolation")).tryIsolation(isolation, options.seed)
    : await (await import("./trial/run")).runTrial(options);
  console.log(JSON.stringify(verdict));
  return verdict.pass;
}

const passed = await main().catch((error) => {
  explain(error);
  return false;
});
process.exit(passed ? 0 : 1);
