// The suites of `npm run check` and `npm test`: each runs to its end and answers how many passed and failed.
import fs from "node:fs";
import path from "node:path";
import { generateClient } from "./database.mjs";
import { readJson } from "./files.mjs";
import { bin, run } from "./run.mjs";

/** @typedef {{name: string, passed: number, failed: number, seconds?: number, note?: string}} Result */

const one = (name, ok) => ({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

/** Formatting and lint; counts as one test. @returns {Promise<Result>} */
export async function format() {
  const { code } = await run(bin("biome"), ["check", "--error-on-warnings", "."]);
  return one("format", code === 0);
}

/** Types; counts as one test. Next writes the route types first. @returns {Promise<Result>} */
export async function types() {
  await generateClient();
  const { code: generated, output } = await run(bin("next"), ["typegen"], { quiet: true, timeoutMs: 120_000 });
  if (generated !== 0) console.error(output.slice(-3000));
  const { code } = await run(bin("tsc"), ["--noEmit"]);
  return one("types", generated === 0 && code === 0);
}

function countVitest(name, file, code) {
  const report = readJson(file);
  if (!report) return { name, passed: 0, failed: 1, note: "no report was written" };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  if (report.numTotalTests === 0 && failed === 0) return { name, passed: 0, failed: 1, note: "no tests were found" };
  return { name, passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/**
 * One vitest project: `pure` (needs nothing) or `db` (needs the environment of the test stores).
 * @param {{project: "pure" | "db", results: string, env?: Record<string, string>}} options `results` is a folder for the report
 * @returns {Promise<Result>}
 */
export async function vitest({ project, results, env = {} }) {
  const file = path.join(results, `${project}.json`);
  fs.rmSync(file, { force: true });
  const args = [
    "run",
    "--project",
    project,
    "--passWithNoTests",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  const { code } = await run(bin("vitest"), args, { env: { ...process.env, ...env }, timeoutMs: 8 * 60_000 });
  return countVitest(project, file, code);
}

/** The browser journeys. @returns {Promise<Result>} */
export async function playwright({ results, env }) {
  const file = path.join(results, "e2e.json");
  fs.rmSync(file, { force: true });
  const { code } = await run(bin("playwright"), ["test"], {
    env: { ...process.env, ...env, E2E_RESULTS: file },
    timeoutMs: 13 * 60_000,
  });
  const report = readJson(file);
  if (!report) return { name: "e2e", passed: 0, failed: 1, note: "no report was written" };
  const { expected, unexpected, flaky } = report.stats;
  const failed = unexpected + flaky + (report.errors ?? []).length;
  return { name: "e2e", passed: expected, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** The trials, small: kills under load, kills at each step of a journey, the nightly jobs under a moved clock. */
export const TRIALS = {
  chaos: ["--events", "1000", "--kills", "4", "--seed", "1"],
  journeys: ["--onboarding"],
  clock: ["--clock"],
};

/** One of the trials; counts as one test. @param {keyof typeof TRIALS} name @returns {Promise<Result>} */
export async function trial(name) {
  const { code } = await run(process.execPath, ["--import", "tsx", "bench/chaos.ts", ...TRIALS[name]], { timeoutMs: 6 * 60_000 });
  return one(name, code === 0);
}

/** Runs suites in order, prints a line for each. @returns {Promise<Result[]>} */
export async function inOrder(steps) {
  const done = [];
  for (const [name, work] of steps) {
    const began = Date.now();
    console.log(`\n── ${name}`);
    const result = await work().catch((error) => {
      console.error(error.constructor.name === "Hint" ? error.message : error);
      return { name, passed: 0, failed: 1 };
    });
    done.push({ ...result, name, seconds: (Date.now() - began) / 1000 });
  }
  return done;
}

/** Prints the table and, alone on the last line, the sum. @returns {boolean} whether all passed */
export function conclude(results) {
  console.log("");
  for (const { name, passed, failed, seconds, note } of results) {
    console.log(
      `  ${name.padEnd(8)} ${`${passed} passed`.padStart(12)} ${`${failed} failed`.padStart(10)} ${seconds.toFixed(1).padStart(7)} s  ${note ?? ""}`.trimEnd(),
    );
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0;
}
