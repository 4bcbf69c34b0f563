/** How a measure speaks: one JSON object per line, a figure beside its reference from the same run, and the bar. */
import { type SpawnOptions, spawn } from "node:child_process";
import fs from "node:fs";
import { root } from "../scripts/lib/paths.mjs";

export interface Figure {
  measure: string;
  figure: string;
  value: number | null;
  unit: string;
  reference?: number;
  referenceName?: string;
  ratio?: number;
  bar?: string;
  pass?: boolean | null;
  [more: string]: unknown;
}

const failed: string[] = [];

/** Prints one figure; a missed bar makes the whole run fail. */
export function print(figure: Figure): void {
  if (figure.pass === false) failed.push(`${figure.measure}: ${figure.figure}`);
  console.log(JSON.stringify(figure));
}
/** Figures whose bar was missed. */
export const missed = () => [...failed];

export const round = (value: number, digits = 2) => Number(value.toFixed(digits));
export const quantile = (values: readonly number[], q: number) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};
export const median = (values: readonly number[]) => quantile(values, 0.5);

/** Seconds of processor time the whole machine has spent on work so far. */
const machine = () => {
  const numbers = (fs.readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").trim().split(/\s+/).slice(1).map(Number);
  return ((numbers[0] ?? 0) + (numbers[1] ?? 0) + (numbers[2] ?? 0)) / 100;
};
const own = (pid: number) => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const parts = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
      parent: Number(parts[1]),
      seconds: (Number(parts[11]) + Number(parts[12]) + Number(parts[13]) + Number(parts[14])) / 100,
    };
  } catch {
    return null;
  }
};
/** Processor time of processes and their children. */
function tree(pids: readonly number[]): number {
  const wanted = new Set(pids);
  let sum = 0;
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    const stat = pid ? own(pid) : null;
    if (stat && (wanted.has(pid) || wanted.has(stat.parent))) sum += stat.seconds;
  }
  return sum;
}

/** Starts looking at the machine; the answer tells how many cores others used meanwhile. Null where /proc is missing. */
export function watchNoise(pids: readonly number[]): () => number | null {
  if (!fs.existsSync("/proc/stat")) return () => null;
  const [all, mine, began] = [machine(), tree([...pids, process.pid]), performance.now()];
  return () =>
    round(Math.max(0, (machine() - all - (tree([...pids, process.pid]) - mine)) / ((performance.now() - began) / 1000)));
}

/** Runs a script of this folder to its end and parses the JSON lines it prints. */
export function runScript(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<Record<string, unknown>[]> {
  return new Promise((done, failed_) => {
    const child = spawn(process.execPath, [`${root}/bench/${file}`, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout?.on("data", (d) => {
      out += d;
    });
    child.stderr?.on("data", (d) => {
      err += d;
    });
    child.on("close", (code) => {
      const lines = out.split("\n").filter((l) => l.startsWith("{"));
      if (code !== 0 && lines.length === 0) return failed_(new Error(`${file} ended with ${code}: ${err.slice(-2000)}`));
      done(lines.map((l) => JSON.parse(l) as Record<string, unknown>));
    });
  });
}
