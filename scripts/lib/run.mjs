// Running other programs to their end.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { root } from "./paths.mjs";

// What still runs when we are told to stop must not stay behind.
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/**
 * Runs a program and waits for it.
 * @param {string} cmd
 * @param {string[]} args
 * @param {{env?: NodeJS.ProcessEnv, log?: string, quiet?: boolean, timeoutMs?: number, cwd?: string}} [options]
 *   `log` appends all output to a file; `quiet` keeps it for the answer instead of showing it.
 * @returns {Promise<{code: number, output: string}>} `code` is 124 after the time limit.
 */
export function run(cmd, args, { env, log, quiet = false, timeoutMs, cwd = root } = {}) {
  return new Promise((done) => {
    const piped = quiet || log !== undefined;
    const child = spawn(cmd, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", piped ? "pipe" : "inherit", piped ? "pipe" : "inherit"],
    });
    running.add(child);
    let output = "";
    const take = (chunk) => {
      if (log) fs.appendFileSync(log, chunk);
      output = (output + chunk).slice(-200_000);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    let late = false;
    const timer =
      timeoutMs &&
      setTimeout(() => {
        late = true;
        child.kill("SIGKILL");
      }, timeoutMs);
    const end = (code) => {
      clearTimeout(timer);
      running.delete(child);
      done({ code: late ? 124 : code, output });
    };
    child.on("error", (error) => {
      output += error.message;
      end(127);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}

/** Like `run`, quiet, but throws with the output's end when the program fails. */
export async function must(cmd, args, options = {}) {
  const result = await run(cmd, args, { quiet: true, ...options });
  if (result.code !== 0) throw new Error(`${cmd} ${args.join(" ")} ended with ${result.code}:\n${result.output.slice(-4000)}`);
  return result.output;
}

/** The file a command of an installed package runs (so that no `npx` process stands between). */
export const bin = (name) => `${root}/node_modules/.bin/${name}`;
