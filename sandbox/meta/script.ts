/** The script of /meta: a button makes its control call, then the lists are read again. */
export const META_SCRIPT = `"use strict";
(function () {
  var $ = function (id) { return document.getElementById(id); };
  function refresh(focused) {
    return fetch("/meta").then(function (response) { return response.text(); }).then(function (html) {
      var fresh = new DOMParser().parseFromString(html, "text/html").getElementById("content");
      $("content").replaceChildren.apply($("content"), Array.from(fresh.childNodes));
      var again = Array.from(document.querySelectorAll("[data-call]")).find(function (one) { return one.getAttribute("aria-label") === focused; });
      if (again) again.focus();
    });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-call]");
    if (!button) return;
    var label = button.getAttribute("aria-label");
    button.disabled = true;
    $("said").textContent = "";
    $("problem").textContent = "";
    fetch("/_control/" + button.dataset.call, { method: "POST", headers: { "content-type": "application/json" }, body: button.dataset.body })
      .then(function (response) {
        return response.json().then(function (answer) {
          if (!response.ok) throw new Error(answer.error || "The sandbox refused this.");
          var untold = answer.sent === false ? " Nobody was told: no subscription, or no callback." : "";
          var status = typeof answer.status === "number" ? " The app answered " + (answer.status || "nothing") + "." : "";
          $("said").textContent = "Done. " + label + "." + untold + status;
        });
      })
      .catch(function (error) { $("problem").textContent = error.message; })
      .then(function () { return refresh(label); });
  });
})();
`;
