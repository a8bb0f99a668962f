import { MOST_CHARACTERS } from "./conversation.js";
import { icon, make } from "./dom.js";
import { openList } from "./list-page.js";
import { telAddress } from "./markup.js";
import { Narrator } from "./narrator.js";
import { openPaper } from "./paper.js";
import { choiceList, isUrgent, narration, replyCard } from "./reply.js";
import { fill } from "./strings/index.js";

const MILLISECONDS_UNTIL_SLOW = 4000;

/** The panel: header, tools, log and input. It shows a conversation and passes on what the visitor does. */
export class Panel {
  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {{strings: import("./types").Strings, language: string, heading: string, closable: boolean,
   *   close: () => void, tell: (name: string, detail: object) => void}} options
   */
  constructor(conversation, { strings, language, heading, closable, close, tell }) {
    this.conversation = conversation;
    this.strings = strings;
    this.language = language;
    this.tell = tell;
    this.narrator = new Narrator();
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();

    this.person = make("a", { class: "tool person", part: "person" });
    this.clearButton = make(
      "button", { type: "button", class: "tool", "aria-label": strings.clearLong, onclick: () => this.#askToClear() },
      icon("bin"), strings.clear,
    );
    this.notice = make("div", { class: "notice", part: "notice" });
    this.welcome = make("div", { class: "welcome" });
    this.log = make("div", { role: "log", "aria-live": "off", "aria-label": strings.log, class: "log", part: "log", tabindex: 0 }, this.welcome);
    this.input = make("textarea", {
      id: "input", part: "input", rows: 1, placeholder: strings.placeholder, autocomplete: "off", enterkeyhint: "send",
      "aria-describedby": "small hint", onkeydown: (event) => this.#key(event), oninput: () => this.#grow(),
    });
    this.hint = make("p", { id: "hint", class: "hint", role: "status" });
    this.small = make("p", { id: "small", class: "small" });
    const form = make(
      "form", { class: "composer", part: "composer", onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
      make("label", { class: "unseen", for: "input" }, strings.input), this.input,
      make("button", { type: "submit", class: "send", part: "send" }, icon("send"), make("span", {}, strings.send)),
    );
    this.nodes = [
      make(
        "header", { class: "header", part: "header" },
        make("div", {}, make("h2", { id: "title" }, heading), make("p", {}, strings.subheading)),
        closable && make("button", { type: "button", class: "close", part: "close", "aria-label": strings.close, onclick: close }, icon("close")),
      ),
      make(
        "div", { class: "tools", part: "tools" }, this.person,
        make("button", { type: "button", class: "tool", "aria-label": strings.printLong, onclick: () => this.#print() }, icon("print"), strings.print),
        this.clearButton,
      ),
      this.notice, this.log, make("div", { class: "foot" }, this.hint, form, this.small), ...this.narrator.nodes,
    ];
    conversation.changed = (turn) => this.show(turn);
    conversation.settled = (turn) => this.#settle(turn);
    for (const turn of conversation.turns) this.show(turn);
    this.showFacts();
  }

  /** Shows what is known of the clinic, and the greeting made from it. */
  showFacts() {
    const { strings } = this;
    const { facts } = this.conversation;
    this.person.replaceChildren(
      icon("phone"),
      make("span", {}, strings.person, facts.phone ? make("span", { class: "number" }, facts.phone) : null),
    );
    if (facts.phone) this.person.setAttribute("href", telAddress(facts.phone));
    this.person.hidden = !facts.phone;

    const number = facts.emergency_number;
    this.small.replaceChildren(
      ...(number ? [`${strings.smallNumber} `, make("a", { href: telAddress(number) }, number), "."] : [strings.small]),
      ...(facts.privacy_url?.startsWith("https://")
        ? [" ", make("a", { href: facts.privacy_url, target: "_blank", rel: "noopener" }, strings.privacy)] : []),
    );

    const cancer = facts.guide?.cancer;
    const starters = (facts.starters ?? []).map((starter, index) => ({ ...starter, number: index + 1 }));
    const list = starters.length
      ? choiceList(/** @type {any} */ ({ choices: starters }), strings, (text) => this.#ask(text)) : null;
    list?.setAttribute("aria-label", strings.starters);
    this.welcome.replaceChildren(
      make(
        "div", { class: "message guide", part: "message guide-message" },
        make("p", {}, cancer ? fill(strings.helloGuide, { cancer }) : strings.hello),
        strings.helloLanguage && make("p", {}, strings.helloLanguage), make("p", { class: "note" }, strings.helloPrivate),
      ),
      ...(list ? [make("p", { class: "choices-title" }, strings.starters), list] : []),
    );
    // An answer may have come before the numbers that it names were known.
    for (const turn of this.conversation.turns) {
      if (turn.state === "failed" || (turn.reply && isUrgent(turn.reply))) this.show(turn, false);
    }
  }

  /**
   * Shows a turn, or shows it again as it is now.
   * @param {import("./types").Turn} turn
   * @param {boolean} scroll
   */
  show(turn, scroll = true) {
    const { strings } = this;
    const before = this.shown.get(turn.id);
    const box = before ?? make("div", { class: "turn" });
    if (!before) {
      box.append(
        make("div", { class: "message mine", part: "message visitor-message" },
          make("span", { class: "unseen" }, strings.you), make("p", { dir: "auto" }, turn.text)),
      );
      this.shown.set(turn.id, box);
      this.log.append(box);
    }
    while (box.childNodes.length > 1) box.lastChild?.remove();
    if (turn.state === "sending") box.append(this.#waiting());
    else if (turn.state === "failed") box.append(this.#failure(turn));
    else if (turn.reply) {
      if (turn.renewed) box.append(make("p", { class: "renewed" }, strings.renewed));
      box.append(replyCard(/** @type {any} */ (turn), {
        conversation: this.conversation, strings, vote: (of, value) => this.#vote(of, value),
        print: (reply) => this.#opened(openList(reply, this.conversation, strings, this.language)),
      }));
      if (turn.reply.choices.length) {
        box.append(choiceList(turn.reply, strings, (text) => this.#ask(text)));
      }
    }
    if (scroll) this.#scrollTo(box);
  }

  /** Brings the newest turn into view. */
  scrollToEnd() {
    const last = this.log.lastElementChild;
    if (last instanceof HTMLElement) this.#scrollTo(last);
  }

  /** Tells that the browser has a connection again, where a question waits for one. */
  backOnline() {
    if (this.conversation.turns.some((turn) => turn.problem?.code === "offline")) this.#hint(this.strings.online);
  }

  /** @param {import("./types").Turn} turn */
  #settle(turn) {
    if (turn.reply && turn.state === "answered") {
      const words = [turn.renewed && this.strings.renewed, narration(turn.reply, this.strings)];
      this.narrator.say(words.filter(Boolean).join(" "), isUrgent(turn.reply));
      this.tell("message", { kind: turn.reply.kind });
    } else if (turn.problem) {
      this.narrator.say(this.#problemWords(turn).join(" "), true);
      this.tell("error", { code: turn.problem.code });
    }
  }

  #waiting() {
    const words = make("span", {}, this.strings.waiting);
    const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    const box = make("p", { class: "waiting", part: "waiting" }, dots, words);
    setTimeout(() => {
      if (!box.isConnected) return;
      words.textContent = this.strings.slow;
      this.narrator.say(this.strings.slow);
    }, MILLISECONDS_UNTIL_SLOW);
    return box;
  }

  /** @param {import("./types").Turn} turn */
  #problemWords(turn) {
    const { strings } = this;
    const { facts } = this.conversation;
    const { code, text, wait } = turn.problem ?? { code: "unavailable", text: "", wait: 0 };
    const ours = {
      offline: strings.offline, slow: strings.slowFailed, empty: strings.empty,
      busy: fill(strings.busy, { seconds: wait }),
    };
    // The server's own words for a failure hold the clinic's contact: they are for where the widget does not know it.
    const theirs = code === "refused" || !facts.phone ? text.replace(/\n+/g, " ") : "";
    const first = ours[/** @type {keyof typeof ours} */ (code)] ?? (theirs || strings.unavailable);
    const call = facts.phone
      ? [fill(strings.cannotWait, { phone: facts.phone }), ...(facts.emergency_number ? [fill(strings.emergencyCall, { number: facts.emergency_number })] : [])]
      : [strings.cannotWaitUnknown];
    return [strings.notSent, first, ...call];
  }

  /** @param {import("./types").Turn} turn */
  #failure(turn) {
    const { strings, conversation } = this;
    const { facts } = conversation;
    const [notSent, why, ...call] = this.#problemWords(turn);
    const again = turn.problem?.code === "refused"
      ? make("button", { type: "button", class: "choice", onclick: () => this.#takeBack(turn) }, strings.edit)
      : make("button", { type: "button", class: "choice", part: "retry", onclick: () => retry() }, strings.retry);
    const until = Date.now() + (turn.problem?.wait ?? 0) * 1000;
    if (turn.problem?.wait) {
      again.setAttribute("aria-disabled", "true");
      setTimeout(() => again.removeAttribute("aria-disabled"), turn.problem.wait * 1000);
    }
    const retry = () => {
      if (Date.now() < until) return;
      this.input.focus();
      conversation.retry(turn);
    };
    return make(
      "div", { class: "failure", part: "failure" },
      make("p", {}, make("strong", {}, notSent), ` ${why}`),
      make("p", {}, ...call.flatMap((words) => [this.#withNumbers(words, facts), " "])), again,
    );
  }

  /**
   * @param {string} words
   * @param {import("./types").Facts} facts
   */
  #withNumbers(words, facts) {
    const number = [facts.phone, facts.emergency_number].find((known) => known && words.includes(known));
    if (!number) return words;
    const [before, after] = words.split(number);
    return make("span", {}, before, make("a", { href: telAddress(number) }, number), after);
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text) return;
    if (text.length > MOST_CHARACTERS) {
      this.#hint(fill(this.strings.tooLong, { most: MOST_CHARACTERS, count: text.length }));
      return;
    }
    if (!this.#ask(text)) return;
    this.input.value = "";
    this.#grow();
  }

  /**
   * @param {string} text
   * @returns {boolean} false: another answer is still under way
   */
  #ask(text) {
    if (this.conversation.busy) {
      this.#hint(this.strings.wait);
      return false;
    }
    this.#hint("");
    this.notice.replaceChildren();
    this.conversation.send(text);
    return true;
  }

  /** @param {import("./types").Turn} turn */
  #takeBack(turn) {
    this.shown.get(turn.id)?.remove();
    this.shown.delete(turn.id);
    this.conversation.withdraw(turn);
    this.input.value = turn.text;
    this.#grow();
    this.input.focus();
  }

  /**
   * @param {import("./types").Turn} turn
   * @param {"up" | "down"} value
   */
  async #vote(turn, value) {
    try {
      await this.conversation.vote(turn, value);
      this.#hint(this.strings.thanks);
    } catch {
      this.#hint(this.strings.unavailable.split(". ")[0]);
    }
  }

  #print() {
    this.#opened(openPaper(this.conversation, this.strings, this.language));
  }

  /** @param {boolean} opened */
  #opened(opened) {
    if (!opened) this.#hint(this.strings.printBlocked);
  }

  #askToClear() {
    const { strings } = this;
    const keep = () => {
      this.notice.replaceChildren();
      this.clearButton.focus();
    };
    const yes = make("button", { type: "button", class: "danger", onclick: () => this.#clear() }, strings.clearYes);
    this.notice.replaceChildren(
      make(
        "div", { role: "group", "aria-labelledby": "clear-ask" }, make("p", { id: "clear-ask" }, strings.clearAsk),
        make("div", { class: "pair" }, yes, make("button", { type: "button", class: "choice", onclick: keep }, strings.clearNo)),
      ),
    );
    yes.focus();
  }

  async #clear() {
    const { strings } = this;
    this.notice.replaceChildren();
    for (const box of this.shown.values()) box.remove();
    this.shown.clear();
    this.input.value = "";
    this.#grow();
    this.input.focus();
    try {
      await this.conversation.clear();
      this.#hint(strings.cleared);
    } catch {
      const again = make("button", { type: "button", class: "choice", onclick: () => this.#clear() }, strings.retry);
      this.notice.replaceChildren(make("p", { role: "alert" }, strings.clearFailed), again);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    if (this.input.value.trim().length <= MOST_CHARACTERS) this.#hint("");
  }

  /** @param {string} text */
  #hint(text) {
    if (this.hint.textContent !== text) this.hint.textContent = text;
  }

  /** @param {HTMLElement} box */
  #scrollTo(box) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    // Where the whole panel scrolls (very small screens), the log itself has nothing to scroll.
    this.log.scrollTo({ top: box.offsetTop - this.log.offsetTop - 8, behavior: calm ? "auto" : "smooth" });
  }
}
