import { icon, make } from "./dom.js";
import { numbersIn, spoken, telAddress, toNodes, toParagraphs } from "./markup.js";
import { guideAddress, placeOf, tabLink } from "./place.js";
import { fill } from "./strings/index.js";

const URGENT = ["emergency", "distress"];
const PLACED = ["treatment", "sequence"];

/** @param {import("./types").Reply} reply */
export const isUrgent = (reply) => URGENT.includes(reply.kind);

/**
 * A reply as the visitor sees it.
 * @param {import("./types").Turn & {reply: import("./types").Reply}} turn
 * @param {{conversation: import("./conversation.js").Conversation, strings: import("./types").Strings,
 *   vote: (turn: import("./types").Turn, value: "up" | "down") => void, print: (reply: import("./types").Reply) => void}} tools
 */
export function replyCard(turn, { conversation, strings, vote, print }) {
  const { reply } = turn;
  const { client, facts } = conversation;
  const numbers = numbersOf(facts);
  const urgent = isUrgent(reply);
  const card = make("div", { class: `message guide ${urgent ? reply.kind : ""}`.trim(), part: "message guide-message" });
  card.append(make("span", { class: "unseen" }, strings.guide));
  if (urgent) {
    const title = reply.kind === "emergency" ? strings.emergency : strings.distress;
    card.append(make("p", { class: "urgent-title" }, icon(reply.kind === "emergency" ? "alert" : "heart"), title));
  }
  const said = make("div", { class: "said", lang: "en", dir: "ltr" });
  // In an emergency the numbers come first; to somebody in despair, the kind words do.
  const numbersFirst = reply.kind === "emergency";
  if (numbersFirst) said.append(calls(reply, facts, numbers, strings));
  for (const note of reply.notes.before) said.append(make("p", { class: "note" }, toNodes(note, numbers)));
  said.append(make("div", { class: "answer" }, toParagraphs(reply.text, numbers, Boolean(reply.source))));
  if (urgent && !numbersFirst) said.append(calls(reply, facts, numbers, strings));
  for (const note of reply.notes.after) said.append(make("p", { class: "note" }, toNodes(note, numbers)));
  card.append(said);

  if (reply.source && reply.passages.length) {
    const more = make("div", { class: "more" });
    more.append(tabLink(guideAddress(client.base, reply), strings.read, strings));
    if (reply.stage && PLACED.includes(reply.kind)) more.append(...placeOf(reply, client, strings));
    card.append(more);
  }
  if (reply.list?.questions.length) {
    card.append(make(
      "div", { class: "more" },
      make("button", { type: "button", class: "plain", onclick: () => print(reply) }, icon("print"), make("span", {}, strings.listOpen)),
    ));
  }
  if (reply.source) card.append(votes(turn, strings, vote));
  return card;
}

/**
 * The numbered choices, each a button that sends its own words.
 * @param {import("./types").Reply} reply
 * @param {import("./types").Strings} strings
 * @param {(text: string) => boolean} choose
 */
export function choiceList(reply, strings, choose) {
  const list = make("ol", { class: "choices", part: "choices", "aria-label": strings.choices });
  for (const { number, title, text } of reply.choices) {
    const button = make("button", { type: "button", class: "choice", part: "choice", lang: "en" }, `${number}. ${title}`);
    button.addEventListener("click", () => {
      if (!choose(text) || button.classList.contains("chosen")) return;
      button.classList.add("chosen");
      button.append(make("span", { class: "unseen" }, ` (${strings.chosen})`));
    });
    list.append(make("li", {}, button));
  }
  return list;
}

/**
 * What a screen reader is told of a reply: everything that is seen, without the signs of the markup.
 * @param {import("./types").Reply} reply
 * @param {import("./types").Strings} strings
 */
export function narration(reply, strings) {
  const title = reply.kind === "emergency" ? strings.emergency : reply.kind === "distress" ? strings.distress : "";
  const choices = reply.choices.map(({ number, title }) => `${number}. ${title}`).join(", ");
  return [
    strings.guide, title, ...[...reply.notes.before, reply.text, ...reply.notes.after].map(spoken),
    choices && fill(strings.narrateChoices, { choices }),
  ].filter(Boolean).join(" ");
}

/** @param {import("./types").Facts} facts */
export function numbersOf(facts) {
  return [facts.emergency_number ?? "", facts.crisis_line ?? "", facts.phone ?? ""].filter(Boolean);
}

/**
 * Large buttons to call the numbers that the reply names, in the order in which it names them.
 * @param {import("./types").Reply} reply
 * @param {import("./types").Facts} facts
 * @param {string[]} numbers
 * @param {import("./types").Strings} strings
 */
function calls(reply, facts, numbers, strings) {
  const names = new Map([[facts.crisis_line, facts.crisis_name], [facts.phone, facts.name]]);
  return make(
    "div", { class: "calls" },
    ...numbersIn(reply.text, numbers).map((number) => {
      const name = names.get(number);
      const words = name ? fill(strings.callName, { name, number }) : fill(strings.call, { number });
      return make("a", { class: "call", part: "call", href: telAddress(number) }, icon("phone"), make("span", {}, words));
    }),
  );
}

/**
 * @param {import("./types").Turn} turn
 * @param {import("./types").Strings} strings
 * @param {(turn: import("./types").Turn, value: "up" | "down") => void} vote
 */
function votes(turn, strings, vote) {
  const group = make("div", { class: "votes", role: "group", "aria-label": strings.feedback });
  const buttons = /** @type {const} */ (["up", "down"]).map((value) => {
    const words = value === "up" ? strings.helpful : strings.notHelpful;
    const button = make("button", { type: "button", class: "plain", "aria-pressed": String(turn.vote === value) }, icon(value), words);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      vote(turn, value);
    });
    return button;
  });
  group.append(...buttons);
  return group;
}
