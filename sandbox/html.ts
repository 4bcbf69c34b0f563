/** The little the sandbox's pages share: escaping, the frame of a page, and its headers. Pure. */

/** Text as it may stand in markup and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** Nothing from elsewhere, no inline script. The opener of a dialog must stay reachable, so no opener policy is set. */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** A whole page. @param facts handed to its script as `document.body.dataset.facts` */
export function pageOf(given: { title: string; script?: string; body: string; facts?: unknown; kind?: string }): string {
  const { title, script, body, facts = {}, kind = "" } = given;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/meta/style.css">
</head>
<body class="${kind}" data-facts="${escapeHtml(JSON.stringify(facts))}">
${body}
${script === undefined ? "" : `<script src="${script}" defer></script>`}
</body>
</html>
`;
}
