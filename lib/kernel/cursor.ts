/** Keyset cursors of lists ordered by (time, id), newest first. Pure. */
import { AppError } from "@/lib/kernel/errors";

/** A place in a list ordered by (time, id) descending. */
export interface Cursor {
  at: Date;
  id: string;
}
export const encodeCursor = (c: Cursor) => `${c.at.getTime()}.${c.id}`;
/** @throws AppError `invalid` for anything `encodeCursor` did not make */
export function decodeCursor(text: string): Cursor {
  const match = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text);
  if (!match?.[1] || !match[2]) throw new AppError("invalid", "cursor", { fields: { cursor: "invalid" } });
  return { at: new Date(Number(match[1])), id: match[2] };
}

/** Before everything. */
export const FIRST: Cursor = { at: new Date("9999-01-01T00:00:00Z"), id: "ffffffff-ffff-ffff-ffff-ffffffffffff" };
