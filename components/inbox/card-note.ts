/** Whether a card's own content is somewhere else than on this screen. Pure. */
const MEDIA = ["image", "video", "audio", "voice", "document", "sticker", "video_note", "gif"];
/** Their names say all there is. */
const SAID = ["revoke", "reaction_removed", "unsupported", "unknown"];

/** Media is never on this screen, with a caption or without; of the others only a known kind whose words are missing. */
export const isElsewhere = (type: string, lines: readonly string[], known: boolean): boolean =>
  MEDIA.includes(type) || (known && lines.length === 0 && !SAID.includes(type));
