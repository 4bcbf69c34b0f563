// `npm start`: one production program with the environment as it is. `-- --only receiver|worker|web` chooses (web otherwise).
import { spawn } from "node:child_process";
import fs from "node:fs";
import { readFlags } from "./lib/flags.mjs";
import { at } from "./lib/paths.mjs";
import { explain, Hint } from "./lib/say.mjs";

const FILES = { web: ".next/standalone/server.js", receiver: "dist/receiver.mjs", worker: "dist/worker.mjs" };

try {
  const { only = "web" } = readFlags({ only: Object.keys(FILES) });
  const file = at(FILES[only]);
  if (!fs.existsSync(file)) throw new Hint(`${FILES[only]} is missing: run "npm run build" first.`);
  const env = { ...process.env, NODE_ENV: "production" };
  const child = spawn(process.execPath, [file], { stdio: "inherit", env });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name));
  child.on("exit", (code, by) => process.exit(by ? 1 : (code ?? 1)));
} catch (error) {
  explain(error);
  process.exit(1);
}
