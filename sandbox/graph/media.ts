/** Media: upload, locate, delete. The download itself stands in server.ts beside the other raw answers. */
import type { Context } from "../context";
import { asText, type JsonObject } from "../json";
import { mediaUrl, storeMedia } from "../media";
import type { Media, Phone } from "../world";
import { GraphError, unknownObject } from "./errors";
import type { GraphCall } from "./router";

const MB = 1024 * 1024;
/** Largest file by kind (meta: media page). */
const LIMITS: { [kind: string]: number } = {
  image: 5 * MB,
  audio: 16 * MB,
  video: 16 * MB,
  text: 100 * MB,
  application: 100 * MB,
};
const ALLOWED =
  /^(audio\/(aac|amr|mpeg|mp4|ogg)|image\/(jpeg|png|webp)|video\/(mp4|3gpp)|text\/plain|application\/(pdf|msword|vnd\.(ms-|openxmlformats-).+))(;|$)/;

/** @throws GraphError 100 or 131053 when a field is missing, the type unknown or the file too large */
export function uploadMedia(ctx: Context, phone: Phone, call: GraphCall): JsonObject {
  const file = call.files.find((part) => part.name === "file") ?? call.files[0];
  if (call.fields.messaging_product !== "whatsapp") throw new GraphError(100, "The parameter messaging_product is required.");
  if (!file) throw new GraphError(100, "The parameter file is required.");
  const mime = asText(call.fields.type) ?? file.mime;
  if (!ALLOWED.test(mime))
    throw new GraphError(100, `Param file must be a file with one of the supported types, received file of type '${mime}'.`);
  const limit = LIMITS[mime.split("/")[0] ?? ""] ?? 100 * MB;
  if (file.bytes.length > limit) throw new GraphError(131053, `File is larger than ${limit / MB} MB.`);
  const media = storeMedia(ctx, phone.id, {
    mime,
    bytes: file.bytes,
    origin: "upload",
    ...(file.filename ? { filename: file.filename } : {}),
  });
  return { id: media.id };
}

/** @throws GraphError 100/33 when `phone_number_id` is given and does not own the file */
export function getMedia(ctx: Context, media: Media, call: GraphCall): JsonObject {
  checkOwner(media, call);
  return {
    messaging_product: "whatsapp",
    url: mediaUrl(ctx, media),
    mime_type: media.mime,
    sha256: media.sha256,
    file_size: String(media.bytes.length),
    id: media.id,
  };
}

export function removeMedia(ctx: Context, media: Media, call: GraphCall): JsonObject {
  checkOwner(media, call);
  ctx.world.media.delete(media.id);
  return { success: true };
}

function checkOwner(media: Media, call: GraphCall): void {
  const asked = asText(call.fields.phone_number_id);
  if (asked !== undefined && asked !== media.phoneNumberId) throw unknownObject(call.method, media.id);
}
