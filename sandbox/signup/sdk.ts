/**
 * The script that stands in for Meta's JavaScript SDK: `FB.init`, `FB.login` and what else pages call. The pop-up is
 * opened within the click, and its end is learnt from a private message, or from the window being gone.
 */
export const sdkScript = (origin: string): string => `"use strict";
(function () {
  var ORIGIN = ${JSON.stringify(origin)};
  var settings = null;
  var open = {};
  var NOBODY = { status: "unknown", authResponse: null };

  function connected(code) {
    return { status: "connected", authResponse: { code: code, expiresIn: null, userID: null } };
  }
  function finish(channel, answer) {
    var call = open[channel];
    if (!call) return;
    delete open[channel];
    clearInterval(call.timer);
    if (answer) call.callback(answer);
  }
  window.addEventListener("message", function (event) {
    var data = event.data;
    if (event.origin !== ORIGIN || !data || data.sandbox !== "signup" || !open[data.channel]) return;
    var call = open[data.channel];
    if (event.source !== call.window) return;
    if (data.stage === "held") call.held = data.code;
    if (data.stage === "silent") finish(data.channel, null);
    if (data.stage === "done") finish(data.channel, data.code ? connected(data.code) : NOBODY);
  });

  function login(callback, options) {
    callback = callback || function () {};
    options = options || {};
    if (!settings) { console.error("FB.login() called before FB.init()."); return; }
    var channel = "f" + Math.random().toString(36).slice(2) + Date.now().toString(36);
    var query = new URLSearchParams({
      client_id: String(settings.appId || ""),
      config_id: String(options.config_id || ""),
      response_type: String(options.response_type || ""),
      override_default_response_type: String(options.override_default_response_type || false),
      display: "popup",
      extras: JSON.stringify(options.extras || {}),
      channel: channel,
      origin: location.origin,
    });
    var url = ORIGIN + "/" + (settings.version || "v26.0") + "/dialog/oauth?" + query;
    var popup = window.open(url, channel, "popup,width=620,height=820");
    if (!popup) { setTimeout(callback, 0, NOBODY); return; }
    var call = { callback: callback, window: popup, held: null, gone: 0 };
    open[channel] = call;
    call.timer = setInterval(function () {
      if (!popup.closed) return;
      call.gone += 1; // its last message may still be on the way
      if (call.gone > 2) finish(channel, call.held ? connected(call.held) : NOBODY);
    }, 150);
  }

  window.FB = {
    init: function (given) { settings = given || {}; },
    login: login,
    getLoginStatus: function (callback) { if (callback) setTimeout(callback, 0, NOBODY); },
    AppEvents: { logPageView: function () {}, logEvent: function () {}, activateApp: function () {} },
  };
  if (typeof window.fbAsyncInit === "function") setTimeout(function () { window.fbAsyncInit(); }, 0);
})();
`;
