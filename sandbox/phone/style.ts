/** The phone page's style, light and dark, from 320 px up. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #e9edf0; --panel: #ffffff; --ink: #16212a; --soft: #54636e; --line: #d3dbe0;
  --wall: #eee8df; --theirs: #ffffff; --mine: #d8f5cd; --bar: #0b6b57; --bar-ink: #ffffff;
  --accent: #0b6b57; --accent-ink: #ffffff; --read: #0a6fb8; --danger: #b3261e; --chip: #f1f4f6; --focus: #0a6fb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c1317; --panel: #131c21; --ink: #e8eef1; --soft: #a3b3bc; --line: #2b3841;
    --wall: #0b141a; --theirs: #1f2c34; --mine: #0d4a3c; --bar: #1d2a31; --bar-ink: #e8eef1;
    --accent: #25b38d; --accent-ink: #06231a; --read: #63c3f5; --danger: #ff9d94; --chip: #24313a; --focus: #63c3f5;
  }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1, h2, p, ul, blockquote { margin: 0; padding: 0; }
button, input, select, textarea { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
[hidden] { display: none !important; }
.desk { display: grid; grid-template-columns: minmax(250px, 320px) minmax(0, 520px); gap: 20px; justify-content: center; height: 100dvh; padding: 20px; }
.who { background: var(--panel); border: 1px solid var(--line); border-radius: 16px; padding: 18px; overflow: auto; }
#setup summary { display: none; font-weight: 650; padding: 11px 14px; cursor: pointer; }
.hint { margin: 6px 0 8px; }
nav { margin-top: 14px; }
h1 { font-size: 19px; line-height: 1.2; }
.hint { color: var(--soft); font-size: 13.5px; }
#who { display: grid; gap: 4px; }
#who label { font-size: 13px; font-weight: 600; margin-top: 6px; }
input:not([type=checkbox]), select, textarea { width: 100%; min-height: 40px; padding: 8px 11px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
::placeholder { color: var(--soft); opacity: 1; }
.primary { min-height: 40px; padding: 8px 18px; border: 0; border-radius: 10px; background: var(--accent); color: var(--accent-ink); font-weight: 650; cursor: pointer; }
#who .primary { margin-top: 12px; }
nav h2 { font-size: 13px; color: var(--soft); margin: 6px 0; }
#chats { list-style: none; display: grid; gap: 4px; }
.chat { width: 100%; display: grid; grid-template-columns: minmax(0, 1fr) auto; text-align: start; gap: 0 8px; padding: 8px 10px; border: 1px solid transparent; border-radius: 10px; background: none; cursor: pointer; }
.chat:hover, .chat.here { background: var(--chip); }
.chat.here { border-color: var(--line); }
.chat-name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chat-text { grid-column: 1; color: var(--soft); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badge { grid-column: 2; grid-row: 1 / 3; align-self: center; min-width: 22px; padding: 1px 6px; border-radius: 11px; background: var(--accent); color: var(--accent-ink); font-size: 12px; font-weight: 700; text-align: center; }
.phone { display: grid; grid-template-rows: auto minmax(0, 1fr) auto auto; background: var(--wall); border: 1px solid var(--line); border-radius: 22px; overflow: hidden; }
.bar { display: flex; align-items: center; gap: 12px; padding: 11px 14px; background: var(--bar); color: var(--bar-ink); }
.avatar { flex: none; width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center; background: rgb(255 255 255 / .2); font-weight: 700; }
.names { min-width: 0; flex: 1; }
.names h2 { font-size: 16px; line-height: 1.25; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.names p { font-size: 12.5px; min-height: 18px; opacity: .92; }
.quiet { flex: none; border: 1px solid rgb(255 255 255 / .45); background: none; color: inherit; border-radius: 9px; padding: 6px 11px; font-size: 13px; cursor: pointer; }
.log { overflow: auto; padding: 14px; display: flex; flex-direction: column; gap: 8px; }
.day, .empty { align-self: center; color: var(--soft); font-size: 12.5px; background: var(--panel); border-radius: 8px; padding: 3px 10px; }
.row { display: flex; flex-direction: column; align-items: flex-start; gap: 4px; max-width: 84%; }
.row.mine { align-self: flex-end; align-items: flex-end; }
.bubble { position: relative; background: var(--theirs); border-radius: 12px; border-start-start-radius: 3px; padding: 7px 10px 5px; box-shadow: 0 1px 1px rgb(0 0 0 / .14); max-width: 100%; min-width: 92px; }
.mine .bubble { background: var(--mine); border-start-start-radius: 12px; border-start-end-radius: 3px; }
.bubble.sticker { background: none; box-shadow: none; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.head { display: block; margin-bottom: 2px; }
.foot, .card + .card { color: var(--soft); font-size: 13px; }
.card { overflow-wrap: anywhere; }
blockquote { border-inline-start: 3px solid var(--accent); background: rgb(127 127 127 / .13); border-radius: 6px; padding: 4px 8px; margin-bottom: 4px; font-size: 13.5px; color: var(--ink); display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
.bubble img.image { display: block; width: 260px; max-width: 100%; border-radius: 8px; margin-bottom: 3px; }
.bubble img.sticker { display: block; width: 120px; }
.bubble audio { display: block; width: 250px; max-width: 100%; }
.file a { color: var(--read); }
.meta { display: flex; justify-content: flex-end; align-items: center; gap: 5px; font-size: 11.5px; color: var(--soft); }
.ticks { letter-spacing: -3px; padding-inline-end: 3px; }
.ticks.read { color: var(--read); font-weight: 700; }
.reactions { position: absolute; inset-block-end: -13px; inset-inline-start: 10px; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 0 7px; font-size: 13px; }
.row:has(.reactions) { margin-bottom: 10px; }
.taps { display: grid; gap: 3px; width: 100%; min-width: 180px; }
.tap { min-height: 36px; border: 0; border-radius: 9px; background: var(--theirs); color: var(--read); font-weight: 600; cursor: pointer; box-shadow: 0 1px 1px rgb(0 0 0 / .14); }
.tap:disabled { color: var(--soft); cursor: default; }
.row { position: relative; }
.tools { position: absolute; inset-block-start: -12px; inset-inline-end: -6px; display: flex; opacity: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 9px; }
.row:hover .tools, .tools:focus-within { opacity: 1; }
.tools button { border: 0; background: none; border-radius: 8px; min-width: 32px; min-height: 28px; padding: 0 7px; font-size: 13px; cursor: pointer; }
.tools button:hover, .sample:hover { background: var(--chip); }
.quoting { display: flex; align-items: center; gap: 8px; padding: 7px 14px; background: var(--panel); border-inline-start: 4px solid var(--accent); font-size: 13.5px; color: var(--soft); }
.quoting span { flex: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.quoting button { border: 0; background: none; cursor: pointer; min-width: 32px; min-height: 32px; }
.compose { grid-row: 4; background: var(--panel); border-top: 1px solid var(--line); padding: 8px 12px 9px; }
.samples { display: flex; flex-wrap: wrap; gap: 5px; }
.sample { min-height: 30px; padding: 2px 10px; border: 1px solid var(--line); border-radius: 15px; background: none; font-size: 13px; cursor: pointer; }
.line { display: flex; gap: 8px; align-items: flex-end; margin-top: 7px; }
.line textarea { flex: 1; resize: none; field-sizing: content; max-height: 140px; }
.options { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12.5px; color: var(--soft); margin-top: 5px; align-items: center; }
.options label { display: inline-flex; gap: 6px; align-items: center; }
.options input { accent-color: var(--accent); }
#problem { color: var(--danger); font-weight: 600; }
@media (hover: none) { .tools { opacity: 1; position: static; margin-top: 1px; } }
@media (max-width: 760px) {
  .desk { display: flex; flex-direction: column; gap: 0; padding: 0; height: 100dvh; }
  .who { flex: none; border: 0; border-bottom: 1px solid var(--line); border-radius: 0; padding: 0; max-height: 62dvh; }
  #setup summary { display: list-item; list-style-position: inside; }
  #setup[open] { padding-bottom: 12px; }
  h1, .hint { display: none; }
  #who, nav { padding-inline: 14px; }
  .phone { flex: 1; min-height: 340px; border: 0; border-radius: 0; }
}
`;
