/** The signup dialog's script: walks the steps, asks the sandbox to finish, and tells the page that opened it. */
export const DIALOG_SCRIPT = `"use strict";
(function () {
  var $ = function (id) { return document.getElementById(id); };
  var facts = JSON.parse(document.body.dataset.facts);
  var STEPS = ["BUSINESS_ACCOUNT_SELECTION", "WABA_PHONE_PROFILE_PICKER", "WHATSAPP_BUSINESS_PROFILE_SETUP", "PHONE_NUMBER_SETUP", "PHONE_NUMBER_VERIFICATION", "PERMISSIONS"];
  var step = STEPS[0], done = null, told = false, busy = false;

  function say(problem) { $("problem").textContent = problem || ""; }
  function show(name) {
    step = name;
    say("");
    document.querySelectorAll("[data-step]").forEach(function (node) { node.hidden = node.dataset.step !== name; });
    var heading = document.querySelector('[data-step="' + name + '"] h2');
    if (heading) heading.focus();
  }
  function fill(select, first, rows) {
    select.replaceChildren(new Option(first, ""));
    rows.forEach(function (row) { select.append(new Option(row.label, row.id)); });
  }
  function hideField(id, hidden) { document.querySelector('[data-field="' + id + '"]').hidden = hidden; }
  function refresh() {
    var portfolio = $("portfolio").value, account = $("account").value;
    hideField("portfolio-name", portfolio !== "");
    hideField("account-name", account !== "");
    hideField("new-number", $("number").value !== "");
    hideField("number", facts.extras.coexistence || account === "");
  }
  function pickAccounts() {
    var own = facts.accounts.filter(function (one) { return one.businessId === $("portfolio").value; });
    fill($("account"), "Create a new account", own.map(function (one) { return { id: one.id, label: one.name + " (" + one.id + ")" }; }));
    pickNumbers();
  }
  function pickNumbers() {
    var own = facts.numbers.filter(function (one) { return one.wabaId === $("account").value; });
    fill($("number"), "Add a new number", own.map(function (one) { return { id: one.id, label: one.name + " (" + one.display + ")" }; }));
    refresh();
  }
  function skips(name) {
    var number = name === "PHONE_NUMBER_SETUP" || name === "PHONE_NUMBER_VERIFICATION";
    if (facts.extras.onlyWaba && number) return true;
    return name === "PHONE_NUMBER_VERIFICATION" && $("number").value !== "" && !facts.extras.coexistence;
  }
  function move(by) {
    if (by > 0 && step === "PHONE_NUMBER_VERIFICATION" && $("code").value.trim() !== "123456") {
      say("This code is wrong. In the sandbox it is 123456.");
      return;
    }
    var at = STEPS.indexOf(step) + by;
    while (STEPS[at] && skips(STEPS[at])) at += by;
    if (STEPS[at]) show(STEPS[at]);
  }

  function tell(message) {
    if (window.opener && !window.opener.closed) window.opener.postMessage(message, "*");
  }
  function privately(stage, code) {
    tell({ sandbox: "signup", channel: facts.channel, stage: stage, code: code || null });
  }
  /* Event and answer in the chosen order; the page that opened us gets the code from its SDK only. */
  function handOver(event, code) {
    if (told) return;
    told = true;
    var order = $("order").value;
    var sayEvent = function () { tell(JSON.stringify(event)); };
    var answer = function () { privately("done", code); };
    if (order === "event-only") { sayEvent(); privately("silent"); return; }
    if (order === "callback-only") { answer(); return; }
    if (order === "callback-first") { answer(); sayEvent(); return; }
    sayEvent();
    answer();
  }
  function end() { setTimeout(function () { window.close(); }, 150); }

  function post(path, body) {
    return fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
      .then(function (response) {
        return response.json().then(function (answer) {
          if (!response.ok) throw new Error(answer.error || "The sandbox refused this.");
          return answer;
        });
      });
  }
  function orderOf(flow, more) {
    var order = { flow: flow, alsoWabaIds: $("second").checked ? ["another"] : [] };
    var set = function (name, value) { if (value !== "") order[name] = value; };
    set("businessId", $("portfolio").value);
    if (!order.businessId) set("businessName", $("portfolio-name").value.trim());
    set("wabaId", $("account").value);
    if (!order.wabaId) set("wabaName", $("account-name").value.trim());
    set("verifiedName", $("display-name").value.trim());
    set("country", $("country").value);
    set("currency", $("currency").value);
    if (!facts.extras.coexistence) set("phoneNumberId", $("number").value);
    if (!order.phoneNumberId) set("displayPhone", $("new-number").value.trim());
    set("claimWabaId", $("claim").value.trim());
    if ($("partner-delay").value.trim() !== "") order.partnerDelayMs = Number($("partner-delay").value);
    if ($("token-days").value.trim() !== "") order.tokenDays = Number($("token-days").value);
    return Object.assign(order, more);
  }
  function usualFlow() {
    return facts.extras.coexistence ? "coexistence" : facts.extras.onlyWaba ? "only_waba" : "new";
  }
  /* Makes the assets, then shows the last screen. */
  function complete(flow, more) {
    if (busy) return;
    busy = true;
    say("");
    post("/_control/signup", orderOf(flow, more)).then(function (answer) {
      if (flow === "lost") { told = true; end(); return; }
      done = answer;
      privately("held", answer.code);
      show("DONE");
    }).catch(function (error) { busy = false; say(error.message); });
  }
  function finish() {
    var over = function () { handOver(done.event, done.code); end(); };
    post("/_control/signup/handed", { code: done.code }).then(over, over);
  }
  function cancelled(data) {
    handOver({ type: "WA_EMBEDDED_SIGNUP", event: "CANCEL", version: 3, data: data }, null);
    end();
  }
  var ACTIONS = {
    next: function () { move(1); },
    back: function () { move(-1); },
    cancel: function () { cancelled({ current_step: step }); },
    report: function () {
      cancelled({
        error_message: "Your account could not be connected.",
        error_code: "524126",
        session_id: facts.channel,
        timestamp: String(Math.floor(Date.now() / 1000)),
      });
    },
    "only-waba": function () { complete("only_waba"); },
    confirm: function () { complete(usualFlow()); },
    lost: function () { complete("lost", { coexistence: facts.extras.coexistence }); },
    expired: function () { complete(usualFlow(), { codeAgeMs: 31000 }); },
    used: function () { complete(usualFlow(), { codeUsed: true }); },
    finish: finish,
    close: function () { window.close(); },
  };
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-do]");
    if (button) ACTIONS[button.dataset.do]();
  });
  window.addEventListener("pagehide", function () {
    if (!done || told) return;
    var body = new Blob([JSON.stringify({ code: done.code })], { type: "application/json" });
    navigator.sendBeacon("/_control/signup/handed", body);
    handOver(done.event, done.code);
  });

  fill($("portfolio"), "Create a new portfolio", facts.portfolios.map(function (one) { return { id: one.id, label: one.name + " (" + one.id + ")" }; }));
  $("new-number").value = "+1 555 7" + String(Math.random()).slice(2, 4) + " " + String(Math.random()).slice(2, 6);
  $("portfolio").addEventListener("change", pickAccounts);
  $("account").addEventListener("change", pickNumbers);
  $("number").addEventListener("change", refresh);
  pickAccounts();
})();
`;
