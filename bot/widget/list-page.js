import { openPage } from "./paper.js";
import { fill } from "./strings/index.js";

const LINES = 3;
const STYLE = `
  body { font-size: 1.25em; }
  ol { padding-left: 1.6em; }
  li { break-inside: avoid; margin-top: 1.2em; padding-left: 0.2em; font-weight: 600; }
  li p { font-weight: 400; }
  .line { height: 2.1em; border-bottom: 1px solid #85806f; }
  @page { margin: 18mm; }
`;

/**
 * Opens the visitor's questions as a page to take along: large, with room to write, the clinic's phone and the disclaimer.
 * @param {import("./types").Reply} reply with the list
 * @param {import("./conversation.js").Conversation} conversation
 * @param {import("./types").Strings} strings
 * @param {string} language
 * @returns {boolean} false: the browser did not allow a new tab
 */
export function openList(reply, conversation, strings, language) {
  const paper = openPage(strings.listTitle, conversation, strings, language, STYLE);
  if (!paper) return false;
  const { main, tools, close, put } = paper;
  const list = put("ol", "");
  for (const question of reply.list?.questions ?? []) {
    const item = put("li", question);
    item.dir = "auto";
    item.append(put("p", strings.listAnswer, "note"), ...Array.from({ length: LINES }, () => put("div", "", "line")));
    list.append(item);
  }
  main.append(list);
  const number = conversation.facts.emergency_number;
  if (number) main.append(put("p", fill(strings.emergencyCall, { number }), "note"));
  const last = put("p", reply.notes.after.at(-1) ?? strings.small, "note");
  last.lang = "en";
  main.append(last);
  const save = put("button", strings.listSave);
  save.addEventListener("click", () => download(paper));
  tools.insertBefore(save, close);
  return true;
}

/** @param {import("./types").Paper} paper */
function download({ page, style, put }) {
  const copy = /** @type {HTMLElement} */ (page.documentElement.cloneNode(true));
  copy.querySelector(".tools")?.remove();
  const signs = put("meta", "");
  signs.setAttribute("charset", "utf-8");
  copy.querySelector("head")?.prepend(signs, put("style", style));
  const link = /** @type {HTMLAnchorElement} */ (put("a", ""));
  link.href = URL.createObjectURL(new Blob([`<!doctype html>${copy.outerHTML}`], { type: "text/html" }));
  link.download = "my-questions.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
