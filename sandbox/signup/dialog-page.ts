/** The signup dialog's HTML: every step is in the page, its script shows one at a time. Pure. */
import { SIGNUP_ORDERS, type SignupOrder } from "../context";
import { escapeHtml, pageOf } from "../html";
import type { World } from "../world";
import type { Extras, Step } from "./model";

export interface DialogQuery {
  extras: Extras;
  /** Names the pop-up to the script that opened it. */
  channel: string;
  /** Origin of the page that opened it. */
  opener: string;
}

/** @param order what is handed over first, unless the person chooses otherwise */
export function dialogPage(world: World, query: DialogQuery, order: SignupOrder): string {
  const { extras } = query;
  const intro = extras.coexistence
    ? "You keep using the WhatsApp Business app and connect the same number."
    : "Share a WhatsApp Business account with this app.";
  const body = `<main>
<header><h1>Connect to Parley</h1><p class="soft">${intro} This is the sandbox playing Meta.</p></header>
${portfolioStep(extras)}
${accountStep()}
${profileStep(extras)}
${numberStep(extras)}
${codeStep()}
${permissionStep()}
<section class="card" data-step="DONE" hidden>
  <h2 tabindex="-1">You have connected your account</h2>
  <p class="soft">Closing the window here counts as success, as it does at Meta.</p>
  <div class="row"><button type="button" class="primary" data-do="finish">Finish</button>
  <button type="button" data-do="close">Close this window</button></div>
</section>
<p id="problem" class="problem" role="alert"></p>
${settings(order)}
</main>`;
  const portfolios = [...world.portfolios.values()].filter((one) => one.id !== world.partnerId);
  const facts = {
    ...query,
    portfolios: portfolios.map(({ id, name }) => ({ id, name })),
    accounts: [...world.wabas.values()].map(({ id, name, businessId }) => ({ id, name, businessId })),
    numbers: [...world.phones.values()].map(({ id, wabaId, display, name }) => ({ id, wabaId, display, name })),
  };
  return pageOf({ title: "Connect to Parley", script: "/dialog/script.js", body, facts, kind: "dialog" });
}

function step(name: Step, heading: string, fields: string, buttons: string, hidden = true): string {
  const back = name === "BUSINESS_ACCOUNT_SELECTION" ? "" : '<button type="button" data-do="back">Back</button>';
  return `<section class="card" data-step="${name}"${hidden ? " hidden" : ""}>
  <h2 tabindex="-1">${heading}</h2>
  ${fields}
  <div class="row">${buttons}${back}</div>
  <div class="row"><button type="button" data-do="cancel">Cancel on this step</button>
  <button type="button" class="danger" data-do="report">Report an error</button></div>
</section>`;
}

const NEXT = '<button type="button" class="primary" data-do="next">Continue</button>';

const input = (id: string, label: string, value = "", more = ""): string =>
  `<div class="field" data-field="${id}"><label for="${id}">${label}</label><input id="${id}" value="${escapeHtml(value)}" autocomplete="off" ${more}></div>`;

const select = (id: string, label: string, options: string): string =>
  `<div class="field" data-field="${id}"><label for="${id}">${label}</label><select id="${id}">${options}</select></div>`;

const portfolioStep = (extras: Extras): string =>
  step(
    "BUSINESS_ACCOUNT_SELECTION",
    "Choose a business portfolio",
    select("portfolio", "Business portfolio", '<option value="">Create a new portfolio</option>') +
      input("portfolio-name", "Name of the new portfolio", extras.businessName || "New Business"),
    NEXT,
    false,
  );

const accountStep = (): string =>
  step(
    "WABA_PHONE_PROFILE_PICKER",
    "Choose a WhatsApp Business account",
    `${select("account", "WhatsApp Business account", '<option value="">Create a new account</option>')}
  <label class="tick"><input type="checkbox" id="second"> Also share a second account</label>`,
    NEXT,
  );

const profileStep = (extras: Extras): string =>
  step(
    "WHATSAPP_BUSINESS_PROFILE_SETUP",
    "Create your business profile",
    input("account-name", "Account name", "", 'placeholder="As the portfolio"') +
      input("display-name", "Display name", extras.displayName, 'placeholder="As the account"') +
      select("country", "Country", ["ID", "US", "BR", "GB", "DE"].map((one) => `<option>${one}</option>`).join("")) +
      select("currency", "Currency", ["USD", "IDR", "BRL", "EUR"].map((one) => `<option>${one}</option>`).join("")),
    NEXT,
  );

const numberStep = (extras: Extras): string =>
  step(
    "PHONE_NUMBER_SETUP",
    extras.coexistence ? "Connect your WhatsApp Business app" : "Add a phone number",
    select("number", "Phone number", '<option value="">Add a new number</option>') +
      input("new-number", extras.coexistence ? "Number in the WhatsApp Business app" : "New number", "", 'inputmode="tel"'),
    `${NEXT}<button type="button" data-do="only-waba">Finish without a number</button>`,
  );

const codeStep = (): string =>
  step(
    "PHONE_NUMBER_VERIFICATION",
    "Verify the number",
    input("code", "Verification code", "", 'inputmode="numeric" placeholder="123456"'),
    NEXT,
  );

const permissionStep = (): string =>
  step(
    "PERMISSIONS",
    "Confirm what Parley may do",
    `<ul class="plain"><li>Manage your WhatsApp accounts</li><li>Send and receive messages</li></ul>`,
    `<button type="button" class="primary" data-do="confirm">Confirm</button>
  <button type="button" data-do="lost">Finish and lose the browser</button>
  <button type="button" data-do="expired">Finish with an expired code</button>
  <button type="button" data-do="used">Finish with a used code</button>`,
  );

function settings(chosen: SignupOrder): string {
  const words: { [order in SignupOrder]: string } = {
    "event-first": "Event, then callback",
    "callback-first": "Callback, then event",
    "event-only": "Event only",
    "callback-only": "Callback only",
  };
  const option = (one: SignupOrder) => `<option value="${one}"${one === chosen ? " selected" : ""}>${words[one]}</option>`;
  const orders = SIGNUP_ORDERS.map(option).join("");
  return `<details><summary>Sandbox settings</summary><div>
${select("order", "Order of event and callback", orders)}
${input("partner-delay", "PARTNER_ADDED after (ms)", "", 'inputmode="numeric" placeholder="By chance"')}
${input("token-days", "Life of the token (days)", "", 'inputmode="numeric" placeholder="As configured"')}
${input("claim", "WABA the event names", "", 'placeholder="The one that is shared"')}
</div></details>`;
}
