/** A page that posts forged signup messages to another: from an origin that is not the signup's. Pure. */
import { escapeHtml, pageOf } from "../html";

/** @param query fills the fields: url, event, waba_id, phone_number_id, business_id */
export function forgerPage(query: URLSearchParams): string {
  const field = (id: string, label: string, otherwise: string) =>
    `<div class="field"><label for="${id}">${label}</label><input id="${id}" value="${escapeHtml(query.get(id) ?? otherwise)}" autocomplete="off"></div>`;
  const body = `<main>
<header><h1>The forger</h1>
<p class="soft">Open this page on another origin than the sandbox's own (localhost instead of 127.0.0.1). It posts to the page that opened it, or to one it opens.</p></header>
<section class="card" aria-label="Forged message">
${field("url", "Address of the page to attack", "")}
${field("event", "Event", "FINISH")}
${field("waba_id", "WABA id", "200100000000001")}
${field("phone_number_id", "Phone number id", "300100000000001")}
${field("business_id", "Portfolio id", "400100000000001")}
<div class="row"><button type="button" id="open">Open the page</button>
<button type="button" class="primary" id="post">Post the forged message</button></div>
<p id="said" class="said" role="status"></p>
</section></main>`;
  return pageOf({ title: "The forger", script: "/forger/script.js", body, kind: "dialog" });
}

export const FORGER_SCRIPT = `"use strict";
(function () {
  var $ = function (id) { return document.getElementById(id); };
  var target = window.opener || (window.parent !== window ? window.parent : null);
  $("open").addEventListener("click", function () { target = window.open($("url").value, "attacked"); });
  $("post").addEventListener("click", function () {
    if (!target) { $("said").textContent = "There is no page to post to."; return; }
    var data = { phone_number_id: $("phone_number_id").value, waba_id: $("waba_id").value, business_id: $("business_id").value };
    target.postMessage(JSON.stringify({ type: "WA_EMBEDDED_SIGNUP", event: $("event").value, version: 3, data: data }), "*");
    $("said").textContent = "Posted from " + location.origin;
  });
})();
`;
