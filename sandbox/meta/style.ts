/** The style of the signup dialog, the forger and /meta: light and dark, from 320 px up. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #eef1f5; --panel: #ffffff; --ink: #17202b; --soft: #55626f; --line: #d3dae2; --chip: #f2f5f8;
  --accent: #0a5fcc; --accent-ink: #ffffff; --danger: #b3261e; --good: #17703f; --focus: #0a5fcc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1218; --panel: #151c24; --ink: #e8edf3; --soft: #a5b2bf; --line: #2d3843; --chip: #212b36;
    --accent: #6aaeff; --accent-ink: #06192f; --danger: #ff9d94; --good: #6fd39a; --focus: #6aaeff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
[hidden] { display: none !important; }
h1 { font-size: 20px; line-height: 1.25; }
h2 { font-size: 16px; }
h3 { font-size: 15px; overflow-wrap: anywhere; }
section > h2 { margin-block: 6px 10px; }
main { max-width: 1080px; margin: 0 auto; padding: 20px; display: grid; gap: 18px; }
.dialog section > h2 { margin-block: 6px 10px; }
main { max-width: 560px; }
.soft { color: var(--soft); font-size: 13.5px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 14px; padding: 18px; display: grid; gap: 12px; align-content: start; }
.grid { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); }
.field { display: grid; gap: 4px; }
.field label, .tick { font-size: 13.5px; font-weight: 600; }
.tick { display: flex; gap: 8px; align-items: center; }
input:not([type=checkbox]), select { width: 100%; min-height: 40px; padding: 8px 11px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
.row { display: flex; flex-wrap: wrap; gap: 8px; }
button { min-height: 38px; padding: 7px 14px; border: 1px solid var(--line); border-radius: 10px; background: var(--chip); cursor: pointer; }
button.primary { border-color: transparent; background: var(--accent); color: var(--accent-ink); font-weight: 650; }
button.danger { color: var(--danger); }
button:disabled { opacity: .55; cursor: default; }
details summary { cursor: pointer; font-weight: 600; font-size: 13.5px; }
details > div { display: grid; gap: 10px; margin-top: 10px; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 3px 12px; font-size: 13.5px; }
dt { color: var(--soft); }
dd { overflow-wrap: anywhere; }
.problem { color: var(--danger); min-height: 20px; font-size: 13.5px; }
.said { color: var(--good); min-height: 20px; font-size: 13.5px; }
ul.plain { padding-inline-start: 18px; }
`;
