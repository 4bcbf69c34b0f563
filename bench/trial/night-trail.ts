/** What a trial writes down of nightly slots: who asked for one, who took it, and when it was done. */
import fs from "node:fs";
import { poolOf } from "@/lib/platform/pool";

/**
 * Triggers that keep the trail, and one that stops a check from being written for as long as the trial holds lock 7313. An upsert
 * that is turned away fires `before insert` all the same.
 */
export const NIGHT_TRAIL = `
  create table trial_asked (id bigserial primary key, job text, port int);
  create table trial_slots (id bigserial primary key, job text, slot_at timestamptz, what text);
  create function trial_ask() returns trigger language plpgsql security definer set search_path = public as $$
  begin
    insert into trial_asked (job, port) values (new.job, inet_client_port());
    return new;
  end $$;
  create function trial_slot() returns trigger language plpgsql security definer set search_path = public as $$
  begin
    insert into trial_slots (job, slot_at, what) values (new.job, new.slot_at, case when new.done_at is null then 'taken' else 'done' end);
    return null;
  end $$;
  create function trial_check() returns trigger language plpgsql security definer set search_path = public as $$
  begin
    perform pg_advisory_xact_lock_shared(7313);
    return new;
  end $$;
  create trigger trial_ask before insert on job_slots for each row execute function trial_ask();
  create trigger trial_slot after insert or update on job_slots for each row execute function trial_slot();
  create trigger trial_check before insert or update on number_checks for each row execute function trial_check();`;

export interface SlotLine {
  slot: string;
  what: "taken" | "done";
}

/** The trail of slots, in order. */
export async function readSlots(): Promise<SlotLine[]> {
  const { rows } = await poolOf("owner").query<{ job: string; slot_at: Date; what: SlotLine["what"] }>(
    "select job, slot_at, what from trial_slots order by id",
  );
  return rows.map(({ job, slot_at, what }) => ({ slot: `${job} ${slot_at.toISOString()}`, what }));
}

/** Whether a local port is a process's own end of a connection. */
export function holderOf(port: number, pid: number | null): boolean {
  if (pid === null) return false;
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const line = fs
    .readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((l) => l.trim().split(/\s+/)[1] === local);
  const inode = line?.trim().split(/\s+/)[9];
  if (!inode) return false;
  return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
}

function linkOf(file: string): string | null {
  try {
    return fs.readlinkSync(file);
  } catch {
    return null; // closed meanwhile
  }
}
