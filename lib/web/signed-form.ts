/** The form in which Meta posts a `signed_request`. */
import { AppError } from "@/lib/kernel/errors";
import { ReadingRoom } from "@/lib/kernel/reading-room";
import { readBounded } from "@/lib/web/read-bounded";

const LARGEST = 16 * 1024;
const BOUNDS = { deadlineMs: 5000, room: new ReadingRoom(8 * 1024 * 1024), pieceCost: 256, mostPieces: 64 };

/** The field `signed_request` of a form. @throws AppError `invalid` naming it */
export async function readSignedForm(request: Request): Promise<string> {
  const raw = await readBounded(request, LARGEST, BOUNDS);
  if (typeof raw === "string") throw new AppError("invalid", raw, { fields: { body: raw } });
  const signed = new URLSearchParams(raw.toString()).get("signed_request");
  if (!signed) throw new AppError("invalid", "invalid", { fields: { signed_request: "missing" } });
  return signed;
}
