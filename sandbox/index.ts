/**
 * The outside world of Parley on one port: Meta's Graph API, the clients' phones, and a control API for tests.
 * For demo, development and tests; never part of a production image. See README.md in this folder.
 */
import { readFileSync } from "node:fs";
import { startSandbox } from "./server";
import { parseSettings, type Settings } from "./settings";

function settingsOrExit(): Settings {
  try {
    return parseSettings(process.env, (path) => readFileSync(path, "utf8"));
  } catch (error) {
    console.error(`sandbox: cannot start\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

const settings = settingsOrExit();
const sandbox = await startSandbox({ port: settings.port, state: settings.state, ledgerPath: settings.ledgerPath });
console.log(`sandbox listening on ${sandbox.origin} (phones: ${sandbox.origin}/phone, Meta: ${sandbox.origin}/meta)`);

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void sandbox.close().finally(() => process.exit(0));
  });
}
