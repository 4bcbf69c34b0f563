/** A chat as the client's phone shows it: plain data, the page turns it into text nodes. Pure. */
import { asArray, asObject, asText, isObject, type JsonObject } from "../json";
import { componentOf, fill, parametersOf, type Template } from "../templates";
import { type ChatItem, type Conversation, SERVICE_WINDOW_MS, type World } from "../world";

export interface TapView {
  label: string;
  /** What a tap sends: the fields of a control inbound message; null for links and the like. */
  sends: JsonObject | null;
}

export interface BubbleView {
  id: string;
  mine: boolean;
  type: string;
  at: number;
  state: string;
  header?: string;
  text: string;
  footer?: string;
  quote?: string;
  media?: { kind: string; url?: string; name: string };
  /** Small lines for cards: location, contacts, orders. */
  lines?: string[];
  taps: TapView[];
  reactions: string[];
}

export interface ChatView {
  business: string;
  client: string;
  name: string;
  known: boolean;
  unread: number;
  typing: boolean;
  /** Until when the business may write freely, ms; null when the client never wrote. */
  windowEnd: number | null;
  bubbles: BubbleView[];
}

const SHOWN = 200;
const MINE: { [state: string]: string } = { sent: "Sent", delivered: "Delivered", read: "Read" };
const THEIRS: { [state: string]: string } = {
  accepted: "On its way",
  sent: "On its way",
  delivered: "Delivered",
  read: "Read",
  failed: "Not delivered",
};

/** The chat of a number and a client; an unknown one is empty. What failed never reached the phone. */
export function chatView(world: World, business: string, client: string, now: number): ChatView {
  const conversation = world.findConversation(business, client);
  const items = (conversation?.items ?? []).filter(arrived);
  const reactions = collectReactions(conversation?.items ?? []);
  const bubbles = items
    .filter((item) => item.type !== "reaction")
    .slice(-SHOWN)
    .map((item) => bubble(world, item, reactions.get(item.wamid) ?? []));
  return {
    business,
    client,
    name: conversation?.name ?? "",
    known: conversation !== undefined,
    unread: unreadOf(conversation),
    typing: (conversation?.typingUntil ?? 0) > now,
    windowEnd: conversation?.lastInboundAt === undefined ? null : conversation.lastInboundAt + SERVICE_WINDOW_MS,
    bubbles,
  };
}

/** The chats of a number, latest first. */
export function chatList(
  world: World,
  business: string,
): { client: string; name: string; text: string; at: number; unread: number }[] {
  return [...world.conversations.values()]
    .filter((conversation) => conversation.phoneNumberId === business && conversation.items.length > 0)
    .map((conversation) => {
      const last = conversation.items.filter((item) => arrived(item) && item.type !== "reaction").at(-1);
      const { client, name } = conversation;
      return {
        client,
        name,
        text: last?.text || (last ? `[${last.type}]` : ""),
        at: last?.at ?? 0,
        unread: unreadOf(conversation),
      };
    })
    .sort((one, other) => other.at - one.at)
    .slice(0, 50);
}

const arrived = (item: ChatItem): boolean =>
  item.direction === "in" || item.state === "delivered" || item.state === "read" || item.state === "sent";

const unreadOf = (conversation: Conversation | undefined): number =>
  conversation?.items.filter((item) => item.direction === "out" && item.state === "delivered").length ?? 0;

function collectReactions(items: ChatItem[]): Map<string, string[]> {
  const byTarget = new Map<string, Map<string, string>>();
  for (const item of items) {
    if (item.type !== "reaction") continue;
    const { message_id, emoji } = asObject(item.message.reaction);
    const target = byTarget.get(String(message_id)) ?? new Map<string, string>();
    target.set(item.direction, asText(emoji) ?? "");
    byTarget.set(String(message_id), target);
  }
  return new Map([...byTarget].map(([target, emojis]) => [target, [...emojis.values()].filter((emoji) => emoji !== "")]));
}

function bubble(world: World, item: ChatItem, reactions: string[]): BubbleView {
  const mine = item.direction === "in";
  const context = asObject(item.message.context);
  const quotedId = asText(context.id) ?? asText(context.message_id);
  const quoted = quotedId === undefined ? undefined : world.findMessage(quotedId)?.item;
  return {
    id: item.wamid,
    mine,
    type: item.type,
    at: item.at,
    state: (mine ? MINE : THEIRS)[item.state] ?? item.state,
    text: item.text,
    ...(quoted ? { quote: quoted.text || `[${quoted.type}]` } : {}),
    ...content(item, mine),
    reactions,
  };
}

type Content = Pick<BubbleView, "taps"> & Partial<BubbleView>;

function content(item: ChatItem, mine: boolean): Content {
  const body = item.message[item.type];
  if (item.template) return templateContent(item.template, asObject(body), item.wamid);
  if (item.type === "interactive" && !mine) return interactiveContent(asObject(body), item.wamid);
  if (["image", "video", "audio", "document", "sticker"].includes(item.type))
    return { taps: [], media: mediaOf(item.type, asObject(body)) };
  if (item.type === "location") {
    const { name, address, latitude, longitude } = asObject(body);
    return {
      taps: [],
      lines: [asText(name), asText(address), `${asText(latitude) ?? "?"}, ${asText(longitude) ?? "?"}`].filter(
        (line) => line !== undefined,
      ),
    };
  }
  if (item.type === "contacts") return { taps: [], lines: asArray(body).flatMap(cardLines) };
  if (item.text !== "" || item.type === "text") return { taps: [] };
  return { taps: [], lines: [`[${item.type}]`] };
}

function cardLines(card: unknown): string[] {
  const { name, phones } = asObject(card);
  return [asText(asObject(name).formatted_name) ?? "?", ...asArray(phones).map((phone) => asText(asObject(phone).phone) ?? "")];
}

function mediaOf(kind: string, body: JsonObject): { kind: string; url?: string; name: string } {
  const id = asText(body.id);
  const name = asText(body.filename) ?? asText(body.link) ?? kind;
  return { kind, name, ...(id === undefined ? {} : { url: `/phone/media/${id}` }) };
}

function templateContent(template: Template, send: JsonObject, wamid: string): Content {
  const header = componentOf(template, "HEADER");
  const parameter = parametersOf(send.components, "header")[0];
  const format = String(header?.format ?? "TEXT").toLowerCase();
  const buttons = asArray(componentOf(template, "BUTTONS")?.buttons).filter(isObject);
  return {
    ...(header && format === "text" ? { header: fill(header.text, parametersOf(send.components, "header")) } : {}),
    ...(header && format !== "text" ? { media: mediaOf(format, asObject(parameter?.[format])) } : {}),
    ...footerOf(asText(componentOf(template, "FOOTER")?.text)),
    taps: buttons.map((button, index) => templateTap(button, index, send.components, wamid)),
  };
}

function templateTap(button: JsonObject, index: number, components: unknown, wamid: string): TapView {
  const label = asText(button.text) ?? "";
  if (String(button.type).toUpperCase() !== "QUICK_REPLY") return { label, sends: null };
  const own = asArray(components)
    .map(asObject)
    .find((one) => one.sub_type === "quick_reply" && Number(one.index) === index);
  const payload = asText(asObject(asArray(own?.parameters)[0]).payload) ?? label;
  return { label, sends: { type: "button", button: { payload, text: label }, context: wamid } };
}

function interactiveContent(body: JsonObject, wamid: string): Content {
  const action = asObject(body.action);
  const reply = (kind: "button_reply" | "list_reply", value: JsonObject): TapView => ({
    label: asText(value.title) ?? "",
    sends: { type: "interactive", interactive: { type: kind, [kind]: value }, context: wamid },
  });
  const buttons = asArray(action.buttons).map((button) => reply("button_reply", asObject(asObject(button).reply)));
  const rows = asArray(action.sections).flatMap((section) =>
    asArray(asObject(section).rows).map((row) => reply("list_reply", asObject(row))),
  );
  const link = asText(asObject(action.parameters).display_text);
  const header = asText(asObject(body.header).text);
  return {
    ...(header === undefined ? {} : { header }),
    ...footerOf(asText(asObject(body.footer).text)),
    taps: [...buttons, ...rows, ...(link === undefined ? [] : [{ label: link, sends: null }])],
  };
}

const footerOf = (footer: string | undefined): { footer?: string } => (footer === undefined ? {} : { footer });
