/** Files of the sandbox: stored in memory, reached by links that live five minutes. */
import { createHash, createHmac } from "node:crypto";
import type { Context } from "./context";
import { newObjectId } from "./ids";
import type { Media } from "./world";

/** Meta's links to media live five minutes. */
const LINK_MS = 5 * 60 * 1000;
/** Uploaded media live 30 days, media received by webhook 7. */
const LIFE_MS = { upload: 30 * 86_400_000, webhook: 7 * 86_400_000 };

/** Keeps a file that belongs to a number. */
export function storeMedia(
  ctx: Context,
  phoneNumberId: string,
  file: { mime: string; bytes: Buffer; origin: Media["origin"]; filename?: string; id?: string },
): Media {
  const media: Media = {
    id: file.id ?? newObjectId(),
    phoneNumberId,
    mime: file.mime,
    bytes: file.bytes,
    sha256: createHash("sha256").update(file.bytes).digest("hex"),
    origin: file.origin,
    createdAt: ctx.now(),
    ...(file.filename === undefined ? {} : { filename: file.filename }),
  };
  ctx.world.media.set(media.id, media);
  return media;
}

/** The file with this id, unless its life is over. */
export function findMedia(ctx: Context, id: string): Media | undefined {
  const media = ctx.world.media.get(id);
  return media && ctx.now() - media.createdAt < LIFE_MS[media.origin] ? media : undefined;
}

/** A fresh link to the file; whoever follows it still needs the token. */
export function mediaUrl(ctx: Context, media: Media): string {
  const expires = Math.floor((ctx.now() + LINK_MS) / 1000);
  return `${ctx.origin()}/lookaside/whatsapp_business/attachments/?mid=${media.id}&ext=${expires}&hash=${linkHash(ctx, media.id, expires)}`;
}

/** The file a link leads to; undefined when it was tampered with or is too old. */
export function mediaByLink(ctx: Context, query: URLSearchParams): Media | undefined {
  const id = query.get("mid") ?? "";
  const expires = Number(query.get("ext"));
  if (!(expires * 1000 > ctx.now()) || query.get("hash") !== linkHash(ctx, id, expires)) return undefined;
  return findMedia(ctx, id);
}

const linkHash = (ctx: Context, id: string, expires: number): string =>
  createHmac("sha256", ctx.world.app.secret).update(`${id}/${expires}`).digest("base64url").slice(0, 22);
