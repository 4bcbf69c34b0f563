/** `npm run keys -- status|rotate|rewrap`: the inventory of keys, new data keys while everything runs, and new key-encryption keys. */
import { EnvError, startEnv } from "@/lib/platform/env";
import { countKeys, listOrganisations, noteKeys, rewrapKeys } from "@/lib/platform/key-inventory";
import { intakeKekRing, KEYS_FRESH, orgKekRing } from "@/lib/platform/keys";
import { closePools } from "@/lib/platform/pool";
import { activateIncomingKey, addIncomingKeys, resealOrganisation } from "@/lib/platform/rotate-keys";
import { replaceIntakeKeys, resealIntake } from "@/lib/webhooks";
import { ENDPOINTS_FRESH } from "@/lib/webhooks/intake";

/** Every process has loaded its keys anew within this, with room to spare. */
const SETTLE = 2 * Math.max(KEYS_FRESH, ENDPOINTS_FRESH);
const USAGE = `Say what to do:
  status   which keys there are, and what wraps them
  rotate   a new data key for every organisation, and new keys for the intake: takes five minutes and more, may be stopped and started again
  rewrap   wraps every key anew under the first key of TOKEN_ENCRYPTION_KEY and of INTAKE_KEY
Keys of the intake are new every day by themselves; rotate replaces those of the last days too.`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function status(): Promise<boolean> {
  const newest = { organisations: orgKekRing().newestId, intake: intakeKekRing().newestId, endpoints: intakeKekRing().newestId };
  for (const { store, purpose, state, kekId, keys, oldest } of await countKeys()) {
    const since = oldest.toISOString().slice(0, 10);
    const older = kekId === newest[store] ? "" : "  older: rewrap";
    say(
      `${store.padEnd(14)} ${purpose.padEnd(7)} ${state.padEnd(9)} ${kekId.padEnd(12)} ${String(keys).padStart(7)}  since ${since}${older}`,
    );
  }
  return true;
}

async function rewrap(): Promise<boolean> {
  const { rewrapped, unopened } = await rewrapKeys({ organisations: orgKekRing(), intake: intakeKekRing() });
  await noteKeys("keys.rewrapped", { rewrapped, unopened });
  say(`${rewrapped} keys wrapped anew.`);
  if (unopened > 0)
    say(
      `${unopened} keys are wrapped by one that TOKEN_ENCRYPTION_KEY or INTAKE_KEY no longer names: put it back at the end of the list.`,
    );
  return unopened === 0;
}

/** Both kinds side by side: they wait for the same processes, and share no key. */
async function rotate(): Promise<boolean> {
  const organisations = await listOrganisations();
  say(
    `${await addIncomingKeys(organisations)} new keys for ${organisations.length} organisations; ${await replaceIntakeKeys(new Date())} keys of the intake replaced. Waiting until every process has noticed.`,
  );
  await settle();
  let activated = 0;
  for (const id of organisations) if (await activateIncomingKey(id, SETTLE)) activated++;
  say(`${activated} organisations seal with their new key.`);
  const intake = await resealIntake(SETTLE);
  say(
    `Intake: ${intake.resealed} values sealed anew, ${intake.destroyed} old keys destroyed. Waiting until nobody seals with an old key.`,
  );
  await settle();
  let [resealed, destroyed] = [0, 0];
  for (const [i, id] of organisations.entries()) {
    const done = await resealOrganisation(id, SETTLE);
    resealed += done.resealed;
    destroyed += done.destroyed;
    if (done.resealed > 0) say(`${i + 1} of ${organisations.length}: ${done.resealed} values sealed anew`);
  }
  await noteKeys("keys.rotated", {
    activated,
    resealed,
    destroyed,
    intakeResealed: intake.resealed,
    intakeDestroyed: intake.destroyed,
  });
  say(`${resealed} values sealed anew, ${destroyed} old keys destroyed.`);
  const left = (await countKeys()).filter((c) => c.state === "retired").reduce((sum, c) => sum + c.keys, 0);
  if (left > 0)
    say(`${left} old keys are still needed, since something changed meanwhile or does not open: run it again, and see the log.`);
  return left === 0;
}

const settle = () => new Promise<void>((resolve) => setTimeout(resolve, SETTLE + 1000));

const COMMANDS: Record<string, () => Promise<boolean>> = { status, rotate, rewrap };
try {
  const command = COMMANDS[process.argv[2] ?? ""];
  if (!command) {
    say(USAGE);
    process.exitCode = 1;
  } else {
    startEnv("keys");
    process.exitCode = (await command()) ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof EnvError ? error.message : error);
  process.exitCode = 1;
} finally {
  await closePools();
}
