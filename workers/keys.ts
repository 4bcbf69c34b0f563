/** `npm run keys -- status|rewrap`: the inventory of keys, and wrapping them anew under the newest key-encryption keys. */
import { EnvError, startEnv } from "@/lib/platform/env";
import { countKeys, rewrapKeys } from "@/lib/platform/key-inventory";
import { intakeKekRing, orgKekRing } from "@/lib/platform/keys";
import { closePools } from "@/lib/platform/pool";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function status(): Promise<void> {
  const newest = { organisations: orgKekRing().newestId, intake: intakeKekRing().newestId, endpoints: intakeKekRing().newestId };
  for (const { store, purpose, state, kekId, keys, oldest } of await countKeys()) {
    const older = kekId === newest[store] ? "" : "  older: rewrap";
    say(
      `${store.padEnd(14)} ${purpose.padEnd(7)} ${state.padEnd(8)} ${kekId.padEnd(12)} ${String(keys).padStart(7)}  since ${oldest.toISOString().slice(0, 10)}${older}`,
    );
  }
}

async function rewrap(): Promise<boolean> {
  const { rewrapped, unopened } = await rewrapKeys({ organisations: orgKekRing(), intake: intakeKekRing() });
  say(`${rewrapped} keys wrapped anew.`);
  if (unopened > 0)
    say(
      `${unopened} keys are wrapped by a key that TOKEN_ENCRYPTION_KEY or INTAKE_KEY no longer names: put it back at the end of the list.`,
    );
  return unopened === 0;
}

try {
  startEnv("keys");
  const [command] = process.argv.slice(2);
  if (command === "status") await status();
  else if (command === "rewrap") process.exitCode = (await rewrap()) ? 0 : 1;
  else {
    say("Say what to do: status or rewrap.");
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exitCode = 1;
} finally {
  await closePools();
}
