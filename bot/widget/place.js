import { icon, make } from "./dom.js";

/**
 * The address of a place in the readable guide: the map marked, the page at the row that the reply was made from.
 * @param {string} base
 * @param {import("./types").Reply} reply
 * @param {string} [anchor]
 */
export function guideAddress(base, reply, anchor) {
  const query = new URLSearchParams();
  if (reply.stage) query.set("stage", reply.stage);
  if (reply.stage && reply.line) query.set("line", String(reply.line));
  const asked = query.toString();
  return `${base}/guide${asked ? `?${asked}` : ""}#${encodeURIComponent(anchor ?? reply.passages[0] ?? "content")}`;
}

/**
 * A link that opens in a new tab, and says so.
 * @param {string} address
 * @param {string} words
 * @param {import("./types").Strings} strings
 */
export function tabLink(address, words, strings) {
  return make(
    "a", { class: "tab-link", href: address, target: "_blank", rel: "noopener" },
    words, icon("out"), make("span", { class: "unseen" }, ` (${strings.newTab})`),
  );
}

/**
 * "See where this is": a button that shows the stage's row of the treatment map, with the place of the reply marked.
 * @param {import("./types").Reply} reply
 * @param {import("./client.js").Client} client
 * @param {import("./types").Strings} strings
 * @returns {Node[]} the button, and where the row will stand
 */
export function placeOf(reply, client, strings) {
  const row = make("div", { class: "place", part: "map", hidden: true });
  const words = make("span", {}, strings.where);
  const button = make(
    "button", { type: "button", class: "plain", "aria-expanded": "false", onclick: toggle }, icon("map"), words,
  );

  async function toggle() {
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    words.textContent = shown ? strings.where : strings.whereHide;
    row.hidden = shown;
    if (shown || row.childNodes.length) return;
    try {
      row.append(rowOf(await client.row(reply.stage ?? ""), reply.line, strings));
      row.append(tabLink(guideAddress(client.base, reply, "map"), strings.wholeMap, strings));
      // A row that comes late must not pull a reader away from a newer answer.
      if (!row.closest(".turn")?.nextElementSibling) row.scrollIntoView({ block: "nearest" });
    } catch {
      row.replaceChildren(make("p", { role: "status" }, strings.whereFailed));
    }
  }

  return [button, row];
}

/**
 * @param {import("./types").MapRow} row
 * @param {number | null} marked
 * @param {import("./types").Strings} strings
 */
function rowOf(row, marked, strings) {
  return make(
    "ol", { class: "row", lang: "en", "aria-label": row.name },
    ...row.lines.map((cell) => {
      const here = cell.line === marked;
      return make(
        "li", { class: here ? "here" : null, "aria-current": here ? "location" : null },
        here && make("span", { class: "flag" }, strings.here),
        make("strong", {}, `${row.name}, ${cell.label}`),
        cell.condition && make("em", {}, cell.condition),
        cell.steps.length > 1
          ? make("ol", {}, ...cell.steps.map((step) => make("li", {}, step)))
          : make("p", {}, ...cell.steps),
        cell.note && make("p", {}, cell.note),
      );
    }),
  );
}
