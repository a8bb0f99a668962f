const LIGHT = `
  --surface: var(--guide-chat-surface, #fffdfa); --log: var(--guide-chat-background, #f6f1e8);
  --ink: var(--guide-chat-text, #22302f); --soft: #55625f; --line: #ddd5c7; --edge: #85806f;
  --accent: var(--guide-chat-accent, #0d5557); --on-accent: var(--guide-chat-on-accent, #ffffff); --head: var(--accent); --on-head: var(--on-accent);
  --bubble: #ffffff; --mine: #d7eae6; --on-mine: #12312f; --focus: #b4481e; --flag: #a8421b; --flag-pale: #fdf0e6;
  --urgent: #a3201a; --urgent-pale: #fdecea; --care: #5a3a7e; --care-pale: #f5effb; --on-strong: #ffffff;
  --shadow: 0 0.75em 2.5em rgb(20 40 40 / 0.28); color-scheme: light;
`;
const DARK = `
  --surface: var(--guide-chat-surface-dark, #1d2728); --log: var(--guide-chat-background-dark, #141b1c);
  --ink: var(--guide-chat-text-dark, #eef2ef); --soft: #b7c3c0; --line: #3d4b4b; --edge: #8a9896;
  --accent: var(--guide-chat-accent-dark, #8fd3cd); --on-accent: var(--guide-chat-on-accent-dark, #0b2b2c);
  --head: var(--guide-chat-header-dark, #123f41); --on-head: #eaf6f3;
  --bubble: #243132; --mine: #1f494a; --on-mine: #e6f5f2; --focus: #ffc9a8; --flag: #f2a77e; --flag-pale: #38291f;
  --urgent: #ffb4ab; --urgent-pale: #3d1815; --care: #d9c2f5; --care-pale: #2c2140; --on-strong: #23100e;
  --shadow: 0 0.75em 2.5em rgb(0 0 0 / 0.6); color-scheme: dark;
`;

/**
 * The widget's styles. Sizes are in em of the visitor's own text size: no page's root size or reset can change them. The
 * host takes nothing from the page but the writing direction.
 */
export const STYLE = `
:host { all: initial !important; display: contents !important; ${LIGHT} }
:host([mode="inline"]) { display: block !important; }
:host([hidden]) { display: none !important; }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([theme="dark"]) { ${DARK} }

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.panel, .dock, .cover {
  font-family: var(--guide-chat-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif);
  font-size: var(--guide-chat-font-size, 1.0625em); line-height: 1.5; color: var(--ink); text-align: start; overflow-wrap: anywhere;
}
button, textarea { font: inherit; color: inherit; letter-spacing: inherit; word-spacing: inherit; }
button { cursor: pointer; }
p, ul, ol, h2 { margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 0.18em; }
a[href^="tel:"]:not(.call), .number { white-space: nowrap; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { flex: none; width: 1.35em; height: 1.35em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; vertical-align: -0.3em; }

.launcher {
  display: inline-flex; align-items: center; gap: 0.6em; min-height: 3.25em; padding: 0.5em 1.4em; border: 2px solid var(--accent);
  border-radius: 2em; background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: var(--shadow);
}
:host(:not([mode="inline"])) .launcher {
  position: fixed; z-index: var(--guide-chat-z-index, 2147483000); inset-block-end: var(--guide-chat-offset, 1.25em); inset-inline-end: var(--guide-chat-offset, 1.25em);
  max-width: calc(100vw - 2 * var(--guide-chat-offset, 1.25em));
}
:host([position="start"]) .launcher { inset-inline: var(--guide-chat-offset, 1.25em) auto !important; }
.launcher:hover { text-decoration: underline; }
.cover { padding: 1.5em; border: 1px solid var(--line); border-radius: var(--guide-chat-radius, 1.25em); background: var(--surface); }
.cover > * + * { margin-top: 0.75em; }
.cover h2 { font-size: 1.25em; }
.cover .launcher { box-shadow: none; }

.panel {
  display: flex; flex-direction: column; width: 26em; height: 42em; max-width: calc(100vw - 2em); max-height: calc(100vh - 2em); max-height: calc(100dvh - 2em);
  padding: 0; margin: 0; overflow: hidden; border: 1px solid var(--line); border-radius: var(--guide-chat-radius, 1.25em);
  background: var(--surface); box-shadow: var(--shadow);
}
dialog.panel:not([open]) { display: none; }
dialog.panel {
  position: fixed; z-index: var(--guide-chat-z-index, 2147483000); inset: auto;
  inset-block-end: var(--guide-chat-offset, 1.25em); inset-inline-end: var(--guide-chat-offset, 1.25em);
}
:host([position="start"]) dialog.panel { inset-inline: var(--guide-chat-offset, 1.25em) auto; }
dialog.panel:modal { inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; border: 0; border-radius: 0; }
section.panel { width: 100%; max-width: none; height: var(--guide-chat-height, 40em); max-height: none; box-shadow: none; }

.header { display: flex; align-items: center; justify-content: space-between; gap: 1em; padding: 0.8em 0.8em 0.8em 1.2em; background: var(--head); color: var(--on-head); }
:host(:dir(rtl)) .header { padding: 0.8em 1.2em 0.8em 0.8em; }
.header h2 { font-size: 1.2em; line-height: 1.3; font-weight: 700; }
.header p { font-size: 0.9375em; line-height: 1.35; }
.close { display: grid; place-items: center; width: 2.75em; height: 2.75em; flex: none; border: 2px solid transparent; border-radius: 50%; background: transparent; color: inherit; }
.close:hover { border-color: currentColor; }
.header :focus-visible { outline-color: currentColor; }
.tools { display: flex; align-items: stretch; border-block-end: 1px solid var(--line); background: var(--surface); }
.tool {
  display: flex; align-items: center; justify-content: center; gap: 0.5em; min-height: 3.1em; padding: 0.35em 0.9em; border: 0; background: none;
  color: var(--accent); font-size: 0.9375em; line-height: 1.25; text-decoration: none;
}
.tool + .tool { border-inline-start: 1px solid var(--line); }
.tool:hover { background: var(--log); text-decoration: underline; }
.tool:focus-visible { outline-offset: -3px; }
.person { flex: 1; justify-content: flex-start; font-weight: 600; padding-inline-start: 1.2em; }
.number { display: block; font-weight: 400; }

.notice:not(:empty) { padding: 0.9em 1.2em; border-block-end: 1px solid var(--line); background: var(--flag-pale); }
.pair { display: flex; flex-wrap: wrap; gap: 0.6em; margin-top: 0.6em; }
.log { flex: 1 1 auto; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 1.1em; background: var(--log); scroll-padding: 1em; }
.log:focus-visible { outline-offset: -3px; }
.turn { margin-top: 1.25em; }
.message { width: fit-content; max-width: 100%; padding: 0.75em 1em; border-radius: 1.1em; white-space: pre-wrap; }
.message p + p, .answer + .note, .note + .answer { margin-top: 0.5em; }
.mine { margin-inline-start: auto; max-width: 85%; background: var(--mine); color: var(--on-mine); border-end-end-radius: 0.3em; }
.guide { margin-top: 0.75em; background: var(--bubble); border: 1px solid var(--line); border-end-start-radius: 0.3em; }
.message, .choices, .votes, .more { white-space: normal; }
.said p, .said li, .mine p { white-space: pre-wrap; }
.said ul { margin: 0.4em 0 0; padding-inline-start: 1.3em; }
.said li + li { margin-top: 0.3em; }
.note { font-size: 0.9em; line-height: 1.45; color: var(--soft); }
.answer + .note { padding-top: 0.5em; border-block-start: 1px solid var(--line); }
.more, .votes { display: flex; flex-wrap: wrap; gap: 0.1em 1em; margin-top: 0.4em; }
.plain, .tab-link { display: inline-flex; align-items: center; gap: 0.4em; min-height: 2.6em; padding: 0.2em 0; border: 0; background: none; color: var(--accent); font-size: 0.9375em; text-decoration: underline; text-underline-offset: 0.18em; }
.plain:hover, .tab-link:hover { text-decoration-thickness: 2px; }
.votes { border-block-start: 1px solid var(--line); margin-top: 0.5em; }
.votes .plain { text-decoration: none; color: var(--soft); }
.votes [aria-pressed="true"] { color: var(--accent); font-weight: 700; text-decoration: underline; }
.votes [aria-pressed="true"] .icon { fill: var(--mine); }

.choices { display: flex; flex-wrap: wrap; gap: 0.5em; margin-top: 0.75em; list-style: none; }
.choices-title { margin-top: 0.9em; color: var(--soft); font-size: 0.9375em; }
.choice { min-height: 2.75em; padding: 0.45em 1.1em; border: 1.5px solid var(--accent); border-radius: 1.5em; background: var(--bubble); color: var(--accent); text-align: start; }
.choice:hover { background: var(--accent); color: var(--on-accent); }
.choice.chosen { background: var(--mine); color: var(--on-mine); border-style: dashed; }
.choice[aria-disabled="true"] { color: var(--soft); border-color: var(--edge); background: none; cursor: not-allowed; }
.danger { min-height: 2.75em; padding: 0.45em 1.1em; border: 1.5px solid var(--urgent); border-radius: 1.5em; background: var(--urgent); color: var(--on-strong); font-weight: 600; }

.emergency, .distress { width: 100%; max-width: 100%; border: 2px solid var(--strong); border-inline-start-width: 0.5em; border-radius: 0.6em; background: var(--pale); }
.emergency { --strong: var(--urgent); --pale: var(--urgent-pale); }
.distress { --strong: var(--care); --pale: var(--care-pale); }
.urgent-title { display: flex; gap: 0.5em; align-items: center; margin-bottom: 0.5em; color: var(--strong); font-size: 1.125em; font-weight: 700; line-height: 1.3; }
.emergency .answer, .distress .answer { font-size: 1.0625em; }
.emergency a, .distress a { color: inherit; font-weight: 700; }
.calls { display: grid; gap: 0.5em; margin: 0.9em 0; }
.emergency .call, .distress .call {
  display: flex; align-items: center; gap: 0.7em; min-height: 3em; padding: 0.5em 1em; border-radius: 0.7em; border: 2px solid var(--strong);
  color: var(--strong); background: var(--bubble); font-weight: 700; text-decoration: none;
}
.emergency .call:first-child, .distress .call:first-child { background: var(--strong); color: var(--on-strong); }
.call:hover { text-decoration: underline !important; }

.place { flex-basis: 100%; margin: 0.3em 0 0.5em; }
.row { display: grid; gap: 0.5em; list-style: none; font-size: 0.9375em; line-height: 1.45; }
.row > li { position: relative; padding: 0.6em 0.8em; border: 1px solid var(--line); border-radius: 0.7em; background: var(--surface); }
.row > li + li::before { content: ""; position: absolute; inset-block-start: -0.5em; inset-inline-start: 1.4em; height: 0.5em; border-inline-start: 2px solid var(--edge); }
.row .here { border: 2px solid var(--flag); background: var(--flag-pale); }
.row strong, .row em { display: block; }
.row em { color: var(--soft); }
.row ol { padding-inline-start: 1.4em; }
.flag { float: inline-end; padding: 0 0.7em; border-radius: 1em; background: var(--flag); color: var(--surface); font-weight: 600; font-size: 0.9375em; }

.waiting { display: flex; gap: 0.7em; align-items: center; margin-top: 0.75em; color: var(--soft); }
.dots { display: inline-flex; gap: 0.3em; }
.dots i { width: 0.5em; height: 0.5em; border-radius: 50%; background: var(--accent); animation: breathe 1.4s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: 0.2s; }
.dots i:nth-child(3) { animation-delay: 0.4s; }
@keyframes breathe { 0%, 70%, 100% { opacity: 0.3; } 35% { opacity: 1; } }
.renewed { margin-top: 0.75em; color: var(--soft); font-size: 0.9375em; border-inline-start: 3px solid var(--edge); padding-inline-start: 0.75em; }
.failure { margin-top: 0.75em; padding: 0.8em 1em; border: 1.5px solid var(--flag); border-radius: 0.8em; background: var(--flag-pale); }
.failure > * + * { margin-top: 0.5em; }

.foot { padding: 0.75em 1.1em 0.7em; border-block-start: 1px solid var(--line); background: var(--surface); }
.composer { display: flex; gap: 0.6em; align-items: flex-end; }
textarea { flex: 1 1 8em; min-width: 0; min-height: 2.9em; max-height: 8.5em; padding: 0.6em 0.9em; border: 1.5px solid var(--edge); border-radius: 0.8em; background: var(--bubble); color: var(--ink); resize: none; line-height: 1.45; overflow-y: auto; }
textarea::placeholder { color: var(--soft); opacity: 1; }
.send { display: inline-flex; align-items: center; gap: 0.45em; min-height: 2.9em; padding: 0.4em 1.1em; border: 2px solid var(--accent); border-radius: 0.8em; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.send:hover { text-decoration: underline; }
.small { margin-top: 0.5em; font-size: 0.875em; line-height: 1.4; color: var(--soft); }
.hint:not(:empty) { margin-bottom: 0.5em; font-size: 0.9375em; }

/* Very small screens and high zoom: everything scrolls together, so that no part is squeezed away. */
@media (max-width: 27em) {
  .tool { padding-inline: 0.8em; }
  .tool:not(.person) { flex-direction: column; gap: 0.15em; font-size: 0.8125em; }
}
@media (max-width: 21em) {
  .tools { flex-wrap: wrap; }
  .person { flex-basis: 100%; }
  .tool:not(.person) { flex: 1; border-block-start: 1px solid var(--line); }
  .person + .tool { border-inline-start: 0; }
  .log { padding: 0.9em; }
  .composer { flex-wrap: wrap; }
  .send { flex: 1 0 auto; justify-content: center; }
}
@media (max-height: 34em) {
  dialog.panel:modal { overflow-y: auto; display: block; }
  dialog.panel:modal .log { overflow: visible; min-height: 8em; }
}
@media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: 0.7; } }
@media (forced-colors: active) {
  .launcher, .send, .danger, .close, .choice, .call { border: 2px solid ButtonText !important; }
  .message, .panel, .row > li, .failure { border: 1px solid CanvasText; }
  .emergency, .distress, .row .here { border-width: 4px; }
  .dots i { background: CanvasText; forced-color-adjust: none; }
  .chosen { border-style: dashed !important; }
}
@media print { .dock, .panel, .cover { display: none !important; } }
`;
