/**
 * What really happened, line by line: the judge of chaos runs.
 * A `send` line is on disk (written and synced) before the caller of Graph hears the answer.
 */
import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

export interface LedgerEntry {
  /** webhook: one event in one delivery attempt; send: one accepted message; attempt: one POST to /messages, accepted or not. */
  kind: "webhook" | "send" | "attempt";
  phoneNumberId: string | null;
  wamid: string | null;
  /** `biz_opaque_callback_data` of the send. */
  tag: string | null;
  /** Digits of the client, whichever way the message went. */
  to: string | null;
  /** Type of the message; for a status event the status; `raw`, `malformed`, `forged` for bodies that are no event of a chat. */
  type: string;
  text?: string;
  attempt: number;
  /** HTTP status; `reset` or `lost` when no answer was given, `error` when the receiver could not be reached. */
  answer: number | "reset" | "lost" | "error";
}

/** A call of Graph that changes an account. It judges that nothing is done twice; tokens, PINs and codes never stand here. */
export interface CallEntry {
  kind: "call";
  /** What was meant: exchange, subscribe, override, register, pin, sync … */
  effect: string;
  method: string;
  /** Path without version and query: ids only. */
  path: string;
  wabaId: string | null;
  phoneNumberId: string | null;
  answer: number;
  /** Code of the refusal. */
  error?: number;
}

/** A reading that a judge counts, of which there is one: a token looked at by `debug_token` (`effect` inspect). */
export interface ReadEntry extends Omit<CallEntry, "kind"> {
  kind: "read";
}

export interface LedgerLine extends LedgerEntry {
  seq: number;
  at: string;
}

export class Ledger {
  private lines: string[] = [];
  private nextSeq = 1;
  private buffer: string[] = [];
  private waiters: (() => void)[] = [];
  private flushing: Promise<void> | undefined;
  private scheduled = false;

  private constructor(private readonly file: FileHandle | undefined) {}

  /** @param path file to append to; without it the ledger lives in memory only (tests) */
  static async open(path: string | undefined): Promise<{ ledger: Ledger; earlier: LedgerLine[] }> {
    if (path === undefined) return { ledger: new Ledger(undefined), earlier: [] };
    mkdirSync(dirname(path), { recursive: true });
    const file = await open(path, "a+", 0o600);
    const ledger = new Ledger(file);
    const content = await file.readFile("utf8");
    if (content !== "" && !content.endsWith("\n")) await file.appendFile("\n"); // a line torn by a kill stays torn
    const earlier: LedgerLine[] = [];
    for (const line of content.split("\n")) {
      const entry = parseLine(line);
      if (!entry) continue;
      earlier.push(entry);
      ledger.lines.push(line);
      ledger.nextSeq = Math.max(ledger.nextSeq, entry.seq + 1);
    }
    return { ledger, earlier };
  }

  /** Appends lines that may reach the disk a little later. */
  note(...entries: (LedgerEntry | CallEntry | ReadEntry)[]): void {
    for (const entry of entries) this.push(entry);
    this.schedule();
  }

  /** Appends lines and resolves when they are synced; callers at the same moment share one sync. */
  async record(...entries: (LedgerEntry | CallEntry | ReadEntry)[]): Promise<void> {
    for (const entry of entries) this.push(entry);
    if (!this.file) return;
    await new Promise<void>((resolve) => {
      this.waiters.push(resolve);
      this.schedule();
    });
  }

  /** NDJSON of all lines after `since`, optionally of one kind. */
  since(since: number, kind?: string): string {
    const out: string[] = [];
    for (const line of this.lines) {
      if (seqOf(line) <= since) continue;
      if (kind && !line.includes(`"kind":"${kind}"`)) continue;
      out.push(line);
    }
    return out.length === 0 ? "" : `${out.join("\n")}\n`;
  }

  /** Waits for what is buffered and closes the file. */
  async close(): Promise<void> {
    while (this.buffer.length > 0 || this.flushing) await (this.flushing ?? this.flush());
    await this.file?.close();
  }

  private push(entry: LedgerEntry | CallEntry | ReadEntry): void {
    const line = JSON.stringify({ seq: this.nextSeq++, at: new Date().toISOString(), ...entry });
    this.lines.push(line);
    if (this.file) this.buffer.push(line);
  }

  private schedule(): void {
    if (!this.file || this.scheduled || this.flushing) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    if (this.flushing || !this.file) return;
    const file = this.file;
    const text = this.buffer.map((line) => `${line}\n`).join("");
    const waiters = this.waiters;
    this.buffer = [];
    this.waiters = [];
    this.flushing = (async () => {
      await file.appendFile(text);
      if (waiters.length > 0) await file.datasync();
    })();
    try {
      await this.flushing;
    } finally {
      this.flushing = undefined;
    }
    for (const resolve of waiters) resolve();
    if (this.buffer.length > 0) this.schedule();
  }
}

/** `seq` stands first in every line we write. */
const seqOf = (line: string): number => Number.parseInt(line.slice(7), 10);

function parseLine(line: string): LedgerLine | undefined {
  if (!line.startsWith('{"seq":')) return undefined;
  try {
    return JSON.parse(line) as LedgerLine; // our own writing; a torn line throws
  } catch {
    return undefined;
  }
}
