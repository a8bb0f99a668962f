import { make } from "./dom.js";

// The whole of the markup: **strong**, [words](address) with a safe address, and a bare https address. Everything else is
// shown as it is.
const MARKUP =
  /\*\*([^*\n]+)\*\*|\[([^\][\n]+)\]\(((?:https:\/\/|mailto:)[^()\s]+|tel:[+\d*#-]+)\)|https:\/\/[^\s<>"*[\]()]+/gi;
const TRAILING = /[.,;:!?'")\]]+$/;

/**
 * A phone number as a link's address.
 * @param {string} number
 */
export function telAddress(number) {
  return `tel:${number.replace(/[^+\d*#]/g, "")}`;
}

/**
 * Turns one line of a reply into nodes. The text that is seen is the text that was sent, less the signs of the markup.
 * @param {string} text
 * @param {string[]} numbers phone numbers that become links where they stand
 */
export function toNodes(text, numbers = []) {
  const nodes = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(MARKUP)) {
    const [whole, strong, words, address] = found;
    let made = null;
    let used = whole.length;
    if (strong !== undefined) {
      made = make("strong", {}, strong);
    } else if (words !== undefined) {
      made = link(address, words);
    } else {
      const bare = whole.replace(TRAILING, "");
      used = bare.length;
      made = bare.length > "https://".length ? link(bare, bare) : null;
    }
    if (!made) continue;
    nodes.append(withNumbers(text.slice(done, found.index), numbers), made);
    done = (found.index ?? 0) + used;
  }
  nodes.append(withNumbers(text.slice(done), numbers));
  return nodes;
}

/**
 * Turns a text of several lines into paragraphs, and lines that start with "- " into a list.
 * @param {string} text
 * @param {string[]} numbers
 * @param {boolean} lead whether "Metastatic, first-line:" at the start of a line stands out
 */
export function toParagraphs(text, numbers = [], lead = false) {
  const nodes = document.createDocumentFragment();
  /** @type {HTMLUListElement | null} */
  let list = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("- ")) {
      if (!list) nodes.append((list = make("ul")));
      list.append(make("li", {}, toNodes(line.slice(2), numbers)));
      continue;
    }
    list = null;
    const place = lead ? /^[^.:]{3,70}:(?= )/.exec(line) : null;
    nodes.append(
      place
        ? make("p", {}, make("strong", {}, place[0]), toNodes(line.slice(place[0].length), numbers))
        : make("p", {}, toNodes(line, numbers)),
    );
  }
  return nodes;
}

/**
 * The text of a reply as it is read out: without the signs of the markup.
 * @param {string} text
 */
export function spoken(text) {
  return text.split("\n").map((line) => toNodes(line.replace(/^- /, "")).textContent).join(" ");
}

/**
 * The numbers of a text in the order in which they stand there.
 * @param {string} text
 * @param {string[]} numbers
 */
export function numbersIn(text, numbers) {
  return numbers
    .map((number) => ({ number, at: placeOf(text, number, 0) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ number }) => number);
}

/**
 * @param {string} address
 * @param {string} words
 */
function link(address, words) {
  const outside = /^https:/i.test(address);
  return make("a", { href: address, ...(outside ? { target: "_blank", rel: "noopener noreferrer" } : {}) }, words);
}

/**
 * @param {string} text
 * @param {string[]} numbers
 */
function withNumbers(text, numbers) {
  const nodes = document.createDocumentFragment();
  let rest = text;
  for (;;) {
    const [first] = numbersIn(rest, numbers);
    if (first === undefined) break;
    const at = placeOf(rest, first, 0);
    nodes.append(rest.slice(0, at), make("a", { href: telAddress(first) }, first));
    rest = rest.slice(at + first.length);
  }
  nodes.append(rest);
  return nodes;
}

/**
 * Where a number stands by itself, not inside a longer one; -1 where it does not.
 * @param {string} text
 * @param {string} number
 * @param {number} from
 * @returns {number}
 */
function placeOf(text, number, from) {
  const at = number ? text.indexOf(number, from) : -1;
  if (at < 0) return -1;
  const inside = /[\d+]/.test(text[at - 1] ?? "") || /\d/.test(text[at + number.length] ?? "");
  return inside ? placeOf(text, number, at + 1) : at;
}
