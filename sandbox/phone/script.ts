/**
 * The phone page's script, kept as text so that one bundled file carries the whole sandbox.
 * Everything shown is set as text content; nothing a message holds becomes markup.
 */
export const SCRIPT = String.raw`"use strict";
(function () {
  var $ = function (id) { return document.getElementById(id); };
  var chat = null, source = null, quoteId = null, stick = true, height = 0;

  function el(tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }
  function digits(text) { return String(text || "").replace(/\D/g, ""); }
  function me() {
    return { business: $("business").value, client: digits($("client").value), name: $("name").value.trim() };
  }
  function toEnd() {
    var log = $("log");
    height = log.scrollHeight;
    if (stick) log.scrollTop = height;
  }
  function say(problem) { $("problem").textContent = problem || ""; }

  function post(path, body) {
    return fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
      .then(function (response) {
        return response.json().then(function (answer) {
          if (!response.ok) throw new Error(typeof answer.error === "string" ? answer.error : "The sandbox refused this.");
          say("");
          return answer;
        });
      })
      .catch(function (error) { say(error.message); throw error; });
  }

  function send(message) {
    var who = me();
    if (!who.client) { say("Enter your phone number first."); $("client").focus(); return Promise.resolve(); }
    if (!source) open();
    var body = Object.assign({ phoneNumberId: who.business, from: who.client }, message);
    if (who.name) body.name = who.name;
    if (quoteId && !body.context && body.type !== "reaction") body.context = quoteId;
    quote(null);
    stick = true;
    return post("/_control/inbound", body).catch(function () {});
  }

  function markRead() {
    var who = me();
    return post("/_control/read", { phoneNumberId: who.business, from: who.client }).catch(function () {});
  }

  function quote(bubble) {
    quoteId = bubble ? bubble.id : null;
    $("quoting").hidden = !bubble;
    $("quoted").textContent = bubble ? bubble.text || bubble.type : "";
    if (bubble) $("message").focus();
  }

  function open() {
    var who = me();
    if (source) source.close();
    source = null;
    chat = null;
    if (!who.client || !who.business) { render(); list(); return; }
    var query = "business=" + encodeURIComponent(who.business) + "&client=" + who.client;
    var link = "/phone?" + query + (who.name ? "&name=" + encodeURIComponent(who.name) : "");
    history.replaceState(null, "", link);
    stick = true;
    if (matchMedia("(max-width: 760px)").matches) $("setup").open = false;
    source = new EventSource("/phone/events?" + query);
    source.onmessage = function (event) { chat = JSON.parse(event.data); render(); readIfSeen(); list(); };
    source.onerror = function () { $("sub").textContent = "The sandbox is away; trying again"; };
  }

  function readIfSeen() {
    if (chat && chat.unread > 0 && $("auto").checked && document.visibilityState === "visible") markRead();
  }

  function time(at) {
    var node = el("time", "", new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
    node.dateTime = new Date(at).toISOString();
    node.title = new Date(at).toLocaleString();
    return node;
  }

  function mediaNode(media) {
    if (media.url && (media.kind === "image" || media.kind === "sticker")) {
      var image = el("img", media.kind);
      image.src = media.url; image.alt = media.kind === "sticker" ? "Sticker" : "Image";
      image.addEventListener("load", toEnd);
      return image;
    }
    if (media.url && media.kind === "audio") {
      var audio = el("audio");
      audio.controls = true; audio.preload = "metadata"; audio.src = media.url; audio.setAttribute("aria-label", "Voice note");
      return audio;
    }
    var line = el("p", "file");
    if (media.url) { var a = el("a", "", media.name); a.href = media.url; a.download = media.name; line.append(a); } else line.textContent = media.kind + ": " + media.name;
    return line;
  }

  function ticks(state) {
    if (state === "Sent") return "\u2713";
    return state === "Delivered" || state === "Read" ? "\u2713\u2713" : "";
  }

  function bubbleNode(bubble) {
    var row = el("article", "row " + (bubble.mine ? "mine" : "theirs"));
    row.dataset.id = bubble.id;
    row.setAttribute("aria-label", bubble.mine ? "You" : "Business");
    var box = el("div", "bubble " + bubble.type);
    if (bubble.quote !== undefined) box.append(el("blockquote", "", bubble.quote));
    if (bubble.header) box.append(el("strong", "head", bubble.header));
    if (bubble.media) box.append(mediaNode(bubble.media));
    if (bubble.lines) bubble.lines.forEach(function (line) { box.append(el("p", "card", line)); });
    if (bubble.text) { var words = el("p", "text", bubble.text); words.dir = "auto"; box.append(words); }
    if (bubble.footer) box.append(el("p", "foot", bubble.footer));
    var meta = el("p", "meta");
    meta.append(time(bubble.at));
    if (bubble.mine) {
      var mark = el("span", "ticks " + bubble.state.toLowerCase(), ticks(bubble.state));
      mark.setAttribute("aria-hidden", "true");
      meta.append(mark);
    }
    meta.append(el("span", "state", bubble.state));
    box.append(meta);
    if (bubble.reactions.length) box.append(el("p", "reactions", bubble.reactions.join(" ")));
    row.append(box);
    if (bubble.taps.length) {
      var taps = el("div", "taps");
      bubble.taps.forEach(function (tap) {
        var button = el("button", "tap", tap.label);
        button.type = "button";
        if (tap.sends) button.addEventListener("click", function () { send(tap.sends); });
        else { button.disabled = true; button.title = "Opens a link on a real phone"; }
        taps.append(button);
      });
      row.append(taps);
    }
    if (!bubble.mine) row.append(tools(bubble));
    return row;
  }

  function tools(bubble) {
    var bar = el("div", "tools");
    var react = function (emoji, label) {
      var button = el("button", "", emoji);
      button.type = "button"; button.setAttribute("aria-label", label); button.title = label;
      button.addEventListener("click", function () { send({ type: "reaction", reaction: { message_id: bubble.id, emoji: emoji } }); });
      bar.append(button);
    };
    react("\uD83D\uDC4D", "React with thumbs up");
    react("\u2764", "React with a heart");
    var answer = el("button", "", "Reply");
    answer.type = "button"; answer.setAttribute("aria-label", "Reply to this message"); answer.title = "Reply to this message";
    answer.addEventListener("click", function () { quote(bubble); });
    bar.append(answer);
    return bar;
  }

  function day(at) { return new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" }); }

  function render() {
    var who = me();
    var option = $("business").selectedOptions[0];
    var title = option ? option.textContent.replace(/ \([^)]*\)$/, "") : "No business";
    $("title").textContent = chat ? title : "No chat open";
    $("avatar").textContent = title.slice(0, 1);
    $("sub").textContent = !chat ? "Enter your number and open the chat" : chat.typing ? "typing\u2026" : windowText(chat);
    if (chat && chat.name && !$("name").value && chat.name !== "+" + who.client) $("name").value = chat.name;
    var log = $("log"), kept = document.createDocumentFragment(), last = "", known = {};
    Array.prototype.forEach.call(log.querySelectorAll("[data-id]"), function (node) { known[node.dataset.id] = node; });
    (chat ? chat.bubbles : []).forEach(function (bubble) {
      var today = day(bubble.at);
      if (today !== last) { kept.append(el("p", "day", today)); last = today; }
      var shape = JSON.stringify(bubble), old = known[bubble.id];
      if (old && old.__shape === shape) { kept.append(old); return; }
      var node = bubbleNode(bubble);
      node.__shape = shape;
      kept.append(node);
    });
    if (chat && chat.bubbles.length === 0) kept.append(el("p", "empty", "No messages yet. Write the first one."));
    log.replaceChildren(kept);
    toEnd();
  }

  function windowText(view) {
    if (view.windowEnd === null) return "Can send you templates only, until you write";
    var left = view.windowEnd - Date.now();
    if (left <= 0) return "May send you templates only";
    var hours = Math.floor(left / 3600000);
    return "Can write to you freely for " + (hours > 0 ? hours + " h" : Math.ceil(left / 60000) + " min");
  }

  function list() {
    var who = me();
    fetch("/phone/chats?business=" + encodeURIComponent(who.business)).then(function (r) { return r.json(); }).then(function (chats) {
      var items = chats.map(function (one) {
        var item = el("li"), button = el("button", one.client === who.client ? "chat here" : "chat");
        button.type = "button";
        button.append(el("span", "chat-name", one.name), el("span", "chat-text", one.text));
        if (one.unread) button.append(el("span", "badge", String(one.unread)));
        button.addEventListener("click", function () { $("client").value = "+" + one.client; $("name").value = one.name.charAt(0) === "+" ? "" : one.name; open(); });
        item.append(button);
        return item;
      });
      if (!items.length) items.push(el("li", "empty", "None yet."));
      $("chats").replaceChildren.apply($("chats"), items);
    }).catch(function () {});
  }

  function submit() {
    var text = $("message").value;
    if (!text.trim()) return;
    $("message").value = "";
    send({ type: "text", text: text });
    $("message").focus();
  }

  $("who").addEventListener("submit", function (event) { event.preventDefault(); open(); $("message").focus(); });
  $("business").addEventListener("change", open);
  $("compose").addEventListener("submit", function (event) { event.preventDefault(); submit(); });
  $("message").addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  $("read").addEventListener("click", markRead);
  $("auto").addEventListener("change", readIfSeen);
  $("unquote").addEventListener("click", function () { quote(null); });
  $("log").addEventListener("scroll", function () {
    var log = $("log");
    if (log.scrollHeight !== height) { toEnd(); return; } // the content grew, the person did not scroll
    stick = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-sample]"), function (button) {
    button.addEventListener("click", function () { send({ type: button.dataset.sample }); });
  });
  document.addEventListener("visibilitychange", readIfSeen);
  open();
})();
`;
