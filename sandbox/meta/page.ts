/** /meta: portfolios, accounts, numbers and tokens with the buttons Meta has. Pure. */
import { refusalOf } from "../accounts/tokens";
import { escapeHtml, pageOf } from "../html";
import type { JsonObject } from "../json";
import type { Phone, Portfolio, Token, Waba, World } from "../world";

/** @param now ms, for what has expired */
export function metaPage(world: World, now: number): string {
  const body = `<main>
<header><h1>Playing Meta</h1><p class="soft">What happens here reaches the app as it would from Meta: by webhook, and by what its tokens open.</p>
<p id="said" class="said" role="status"></p><p id="problem" class="problem" role="alert"></p></header>
<div id="content">${contentOf(world, now)}</div>
</main>`;
  return pageOf({ title: "Playing Meta", script: "/meta/script.js", body });
}

function contentOf(world: World, now: number): string {
  const section = (id: string, title: string, cards: string[]) =>
    `<section aria-labelledby="${id}"><h2 id="${id}">${title} (${cards.length})</h2><div class="grid">${cards.join("") || '<p class="soft">None yet.</p>'}</div></section>`;
  return [
    section(
      "accounts",
      "Accounts",
      [...world.wabas.values()].map((waba) => accountCard(world, waba)),
    ),
    section(
      "numbers",
      "Numbers",
      [...world.phones.values()].map((phone) => numberCard(world, phone)),
    ),
    section(
      "tokens",
      "Tokens",
      [...world.tokens.values()].map((token) => tokenCard(world, token, now)),
    ),
    section(
      "portfolios",
      "Portfolios",
      [...world.portfolios.values()].map((one) => portfolioCard(world, one)),
    ),
  ].join("");
}

interface Act {
  label: string;
  call: string;
  body: JsonObject;
  danger?: boolean;
}

/** A card is an article with a name; each button says what it does and to whom. */
function card(name: string, rows: [string, string][], acts: Act[]): string {
  const list = rows.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join("");
  const buttons = acts.map((act) => {
    const call = `data-call="${act.call}" data-body="${escapeHtml(JSON.stringify(act.body))}"`;
    return `<button type="button" ${call} aria-label="${escapeHtml(`${act.label}: ${name}`)}"${act.danger ? ' class="danger"' : ""}>${act.label}</button>`;
  });
  return `<article class="card" aria-label="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><dl>${list}</dl><div class="row">${buttons.join("")}</div></article>`;
}

const yes = (is: boolean): string => (is ? "yes" : "no");

function accountCard(world: World, waba: Waba): string {
  const wabaId = waba.id;
  const partner = (event: string, reason?: string): JsonObject => ({ event, wabaId, ...(reason ? { reason } : {}) });
  const rows: [string, string][] = [
    ["WABA", wabaId],
    ["Portfolio", world.portfolios.get(waba.businessId)?.name ?? waba.businessId],
    ["Shared with us", yes(waba.shared)],
    ["Subscribed", waba.overrideUri ? `yes, to ${waba.overrideUri}` : yes(waba.subscribed)],
    ["Review", waba.review],
    ["Payment", waba.unpaid ? "does not work" : "nothing said"],
    ["Restrictions", waba.banState === "DISABLE" ? "disabled" : waba.restrictions.map((one) => one.type).join(", ") || "none"],
  ];
  return card(`${waba.name} ${wabaId}`, rows, [
    { label: "Grant access", call: "grant", body: { wabaId } },
    { label: "Remove partner", call: "partner", body: partner("PARTNER_REMOVED", "ACCOUNT_DISCONNECTED"), danger: true },
    { label: "Uninstall app", call: "partner", body: partner("PARTNER_APP_UNINSTALLED"), danger: true },
    {
      label: "Restrict",
      call: "account",
      body: { field: "restriction", wabaId, value: "RESTRICTED_BIZ_INITIATED_MESSAGING" },
      danger: true,
    },
    { label: "Lift restrictions", call: "account", body: { field: "restriction", wabaId, value: "NONE" } },
    { label: "Reject review", call: "account", body: { field: "review", wabaId, value: "REJECTED" }, danger: true },
    { label: "Approve review", call: "account", body: { field: "review", wabaId, value: "APPROVED" } },
    { label: "Break payment", call: "waba", body: { wabaId, unpaid: true }, danger: true },
    { label: "Mend payment", call: "waba", body: { wabaId, unpaid: false } },
    { label: "Verify business", call: "waba", body: { wabaId, verification: "verified" } },
    { label: "Unsubscribe app", call: "waba", body: { wabaId, subscribed: false }, danger: true },
    { label: "Delete account", call: "partner", body: partner("ACCOUNT_DELETED"), danger: true },
  ]);
}

function numberCard(world: World, phone: Phone): string {
  const { id: phoneNumberId, wabaId } = phone;
  const change = (field: string, value: string): JsonObject => ({ field, wabaId, phoneNumberId, value });
  const rows: [string, string][] = [
    ["Number id", phoneNumberId],
    ["Account", world.wabas.get(wabaId)?.name ?? wabaId],
    ["Status", phone.status],
    ["Registered", yes(phone.registered)],
    ["Two-step PIN", yes(phone.pin !== undefined)],
    ["Business app", yes(phone.onBizApp)],
    ["Quality", phone.quality],
    ["Name", phone.nameStatus],
    ["Limit", phone.tier],
  ];
  const app: Act[] = phone.onBizApp
    ? [
        { label: "Device changed", call: "partner", body: { event: "ACCOUNT_OFFBOARDED", wabaId } },
        { label: "Device is back", call: "partner", body: { event: "ACCOUNT_RECONNECTED", wabaId } },
      ]
    : [];
  return card(`${phone.name} ${phone.display}`, rows, [
    { label: "Quality drop", call: "account", body: change("quality", "RED"), danger: true },
    { label: "Quality good", call: "account", body: change("quality", "GREEN") },
    { label: "Reject name", call: "account", body: change("name", "REJECTED"), danger: true },
    { label: "Approve name", call: "account", body: change("name", "APPROVED") },
    ...app,
  ]);
}

function tokenCard(world: World, token: Token, now: number): string {
  const refusal = refusalOf(token, world.app.id, now);
  const owner = world.portfolios.get(token.businessId)?.name ?? token.businessId;
  const tokenId = token.id;
  const rows: [string, string][] = [
    ["Kind", token.kind === "system_user" ? "system user" : "business"],
    ["State", refusal ? `refused (190/${refusal.subcode})` : "good"],
    ["Accounts", token.wabas.join(", ") || "none"],
    ["User", token.userId],
    ["Expires", token.expiresAt > 0 ? new Date(token.expiresAt).toISOString() : "never"],
  ];
  return card(`Token ${tokenId} of ${owner}`, rows, [
    { label: "Expire", call: "tokens/expire", body: { tokenId }, danger: true },
    { label: "Let end in a week", call: "tokens/expire", body: { tokenId, at: now + 6.5 * 86_400_000 }, danger: true },
    { label: "Revoke", call: "tokens/revoke", body: { tokenId }, danger: true },
    { label: "Restore", call: "tokens/restore", body: { tokenId } },
    { label: "Deauthorize", call: "deauthorize", body: { userId: token.userId }, danger: true },
    { label: "Ask for deletion", call: "data-deletion", body: { userId: token.userId }, danger: true },
  ]);
}

function portfolioCard(world: World, portfolio: Portfolio): string {
  const own = [...world.wabas.values()].filter((waba) => waba.businessId === portfolio.id);
  const rows: [string, string][] = [
    ["Portfolio", portfolio.id],
    ["Verification", portfolio.verification],
    ["Accounts", String(own.length)],
    ["App installed", yes(portfolio.installed)],
  ];
  return card(portfolio.id === world.partnerId ? `${portfolio.name} (our own)` : `${portfolio.name} ${portfolio.id}`, rows, []);
}
