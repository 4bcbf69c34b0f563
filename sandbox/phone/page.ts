/** The page's HTML. Everything that moves is filled in by script.ts. Pure. */
import { escapeHtml } from "../html";
import { digitsOf } from "../json";
import type { World } from "../world";

const SAMPLES: [type: string, label: string, word: string][] = [
  ["image", "Send an image", "Image"],
  ["audio", "Send a voice note", "Voice note"],
  ["document", "Send a document", "Document"],
  ["location", "Send a location", "Location"],
  ["contacts", "Send a contact", "Contact"],
  ["sticker", "Send a sticker", "Sticker"],
];

/** @param query `business`, `client` and `name` of the deep link */
export function phonePage(world: World, query: URLSearchParams): string {
  const phones = [...world.phones.values()];
  const business = query.get("business") ?? phones[0]?.id ?? "";
  const options = phones
    .map(
      (phone) =>
        `<option value="${escapeHtml(phone.id)}"${phone.id === business ? " selected" : ""}>${escapeHtml(phone.name)} (${escapeHtml(phone.display)})</option>`,
    )
    .join("");
  const samples = SAMPLES.map(
    ([type, label, word]) =>
      `<button type="button" class="sample" data-sample="${type}" aria-label="${label}" title="${label}">${word}</button>`,
  ).join("");
  const client = digitsOf(query.get("client"));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A client's phone</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/phone/style.css">
</head>
<body>
<div class="desk">
<aside class="who">
<details id="setup" open>
  <summary>Who you are</summary>
  <h1>A client's phone</h1>
  <p class="hint">You play the client. What you write here reaches the business as a WhatsApp message would.</p>
  <form id="who" autocomplete="off">
    <label for="business">Business number</label>
    <select id="business" name="business">${options}</select>
    <label for="client">Your phone number</label>
    <input id="client" name="client" inputmode="tel" placeholder="+1 555 020 1234" value="${client === "" ? "" : `+${client}`}">
    <label for="name">Your profile name</label>
    <input id="name" name="name" maxlength="60" placeholder="Ana Souza" value="${escapeHtml(query.get("name") ?? "")}">
    <button type="submit" class="primary">Open chat</button>
  </form>
  <nav aria-labelledby="chats-title">
    <h2 id="chats-title">Chats with this business</h2>
    <ul id="chats"></ul>
  </nav>
</details>
</aside>
<main class="phone" aria-labelledby="title">
  <header class="bar">
    <span class="avatar" id="avatar" aria-hidden="true"></span>
    <div class="names"><h2 id="title">No chat open</h2><p id="sub" role="status"></p></div>
    <button type="button" id="read" class="quiet" title="Tell the business that you have read everything">Mark read</button>
  </header>
  <div class="log" id="log" role="log" aria-label="Messages" tabindex="0"></div>
  <div class="quoting" id="quoting" hidden><span id="quoted"></span><button type="button" id="unquote" aria-label="Do not quote">\u2715</button></div>
  <form class="compose" id="compose" autocomplete="off">
    <div class="samples" role="group" aria-label="Send a sample">${samples}</div>
    <div class="line">
      <textarea id="message" name="message" rows="1" aria-label="Message" placeholder="Message" dir="auto"></textarea>
      <button type="submit" class="primary" id="send">Send</button>
    </div>
    <p class="options"><label><input type="checkbox" id="auto" checked> Read messages as they arrive</label> <span id="problem" role="alert"></span></p>
  </form>
</main>
</div>
<script src="/phone/script.js" defer></script>
</body>
</html>
`;
}
