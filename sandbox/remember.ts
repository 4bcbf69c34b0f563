/**
 * Brings chats back after a restart: those of the state file, and those the ledger tells of. Without this a client
 * would lose the open window whenever the sandbox is started again.
 */
import { newWamid } from "./ids";
import type { LedgerLine } from "./ledger";
import type { EarlierChat } from "./settings";
import type { ChatItem, DeliveryState, World } from "./world";

const STATUSES = new Set(["sent", "delivered", "read", "failed"]);

/** Fills the world from both sources; chats of unknown numbers are left out. */
export function remember(world: World, chats: EarlierChat[], ledger: LedgerLine[]): void {
  for (const chat of chats) if (world.phones.has(chat.phoneNumberId) && chat.client !== "") rememberChat(world, chat);
  for (const line of ledger)
    if (line.wamid && line.to && line.phoneNumberId && world.phones.has(line.phoneNumberId)) rememberLine(world, line);
}

function rememberChat(world: World, chat: EarlierChat): void {
  const conversation = world.conversation(chat.phoneNumberId, chat.client, chat.name);
  for (const { direction, text, at, wamid, read } of chat.messages) {
    const state: DeliveryState = read ? "read" : "delivered";
    world.addItem(conversation, textItem(wamid ?? newWamid(chat.client, direction), direction, text, at, state));
    if (direction === "in") conversation.lastInboundAt = Math.max(conversation.lastInboundAt ?? 0, at);
  }
  if (chat.lastInboundAt !== undefined)
    conversation.lastInboundAt = Math.max(conversation.lastInboundAt ?? 0, chat.lastInboundAt);
}

function rememberLine(world: World, line: LedgerLine): void {
  const [wamid, client, phoneNumberId] = [line.wamid ?? "", line.to ?? "", line.phoneNumberId ?? ""];
  const known = world.findMessage(wamid);
  const at = Date.parse(line.at);
  if (line.kind === "send" && !known) {
    const item = textItem(wamid, "out", line.text ?? `[${line.type}]`, at, "accepted");
    world.addItem(world.conversation(phoneNumberId, client), line.tag === null ? item : { ...item, tag: line.tag });
  }
  if (line.kind !== "webhook") return;
  if (line.type === "smb_message_echoes") {
    const echo = textItem(wamid, "out", line.text ?? "[echo]", at, "delivered");
    if (!known) world.addItem(world.conversation(phoneNumberId, client), echo);
    return;
  }
  if (STATUSES.has(line.type)) {
    if (known && known.item.direction === "out" && known.item.state !== "read") known.item.state = line.type as DeliveryState; // one of STATUSES
    return;
  }
  if (known) {
    if (line.answer === 200 && known.item.state === "sent") known.item.state = "delivered";
    return;
  }
  const conversation = world.conversation(phoneNumberId, client);
  world.addItem(
    conversation,
    textItem(wamid, "in", line.text ?? `[${line.type}]`, at, line.answer === 200 ? "delivered" : "sent"),
  );
  conversation.lastInboundAt = Math.max(conversation.lastInboundAt ?? 0, at);
}

const textItem = (wamid: string, direction: "in" | "out", text: string, at: number, state: DeliveryState): ChatItem => ({
  wamid,
  direction,
  type: "text",
  message: { type: "text", text: { body: text } },
  text,
  at,
  state,
});
