import { toParagraphs } from "./markup.js";
import { fill } from "./strings/index.js";

const STYLE = `
  :root { font: 12pt/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; color: #16201f; background: #fff; }
  body { max-width: 40em; margin: 2em auto; padding: 0 1em; overflow-wrap: break-word; }
  h1 { font-size: 1.5em; margin-bottom: 0.2em; }
  h2 { font-size: 1em; margin: 1.2em 0 0.2em; color: #0d5557; }
  p, ul { margin: 0.2em 0; }
  .note { color: #444; font-size: 0.9em; }
  section { break-inside: avoid; border-top: 1px solid #bbb; padding: 0.3em 0 0.8em; }
  button { font: inherit; padding: 0.6em 1.2em; margin: 1em 0.6em 1em 0; border: 2px solid #0d5557; border-radius: 2em; background: #fff; color: #0d5557; cursor: pointer; }
  button:first-child { background: #0d5557; color: #fff; }
  :focus-visible { outline: 3px solid #b4481e; outline-offset: 3px; }
  @media print { .tools { display: none; } body { margin: 0; max-width: none; } }
`;

/**
 * Opens a plain page of its own, to be printed: with buttons on top, a heading, and whose chat and of which day it is.
 * @param {string} title
 * @param {import("./conversation.js").Conversation} conversation
 * @param {import("./types").Strings} strings
 * @param {string} language
 * @param {string} [more] styles besides those of every such page
 * @returns {import("./types").Paper | null} null: the browser did not allow a new tab
 */
export function openPage(title, { facts }, strings, language, more = "") {
  const tab = /** @type {(Window & typeof globalThis) | null} */ (window.open("", "_blank"));
  if (!tab) return null;
  const page = tab.document;
  page.title = title;
  page.documentElement.lang = language;
  const style = new tab.CSSStyleSheet();
  style.replaceSync(STYLE + more);
  page.adoptedStyleSheets = [style];

  /** @type {import("./types").Paper["put"]} */
  const put = (tag, text, name) => {
    const element = page.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    return element;
  };
  const tools = put("p", "", "tools");
  const print = put("button", strings.paperPrint);
  const close = put("button", strings.paperClose);
  print.addEventListener("click", () => tab.print());
  close.addEventListener("click", () => tab.close());
  tools.append(print, close);

  const main = page.createElement("main");
  main.append(tools, put("h1", title));
  if (facts.guide) main.append(put("p", `${facts.guide.title}, ${facts.guide.date}`));
  if (facts.name) main.append(put("p", [facts.name, facts.phone, facts.hours].filter(Boolean).join(" \u00b7 ")));
  main.append(put("p", fill(strings.paperMade, { date: new Date().toLocaleDateString(language, { dateStyle: "long" }) }), "note"));
  page.body.append(main);
  print.focus();
  return { page, main, tools, close, put, style: STYLE + more };
}

/**
 * Opens the conversation as a plain page of its own, to be printed or saved.
 * @param {import("./conversation.js").Conversation} conversation
 * @param {import("./types").Strings} strings
 * @param {string} language
 * @returns {boolean} false: the browser did not allow a new tab
 */
export function openPaper(conversation, strings, language) {
  const paper = openPage(strings.paperTitle, conversation, strings, language);
  if (!paper) return false;
  const { page, main, put } = paper;
  for (const { text, reply } of conversation.turns) {
    const section = page.createElement("section");
    section.append(put("h2", strings.paperSaid), put("p", text));
    if (reply) {
      section.append(put("h2", strings.paperGuide));
      const answer = put("div", "");
      answer.lang = "en";
      answer.append(...reply.notes.before.map((note) => put("p", note, "note")));
      answer.append(page.importNode(toParagraphs(reply.text), true));
      answer.append(...reply.notes.after.map((note) => put("p", note, "note")));
      section.append(answer);
    } else {
      section.append(put("p", strings.notSent, "note"));
    }
    main.append(section);
  }
  return true;
}
