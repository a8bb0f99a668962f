import { Client } from "./client.js";
import { Conversation } from "./conversation.js";
import { icon, make } from "./dom.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";
import { loadStrings } from "./strings/index.js";
import { STYLE } from "./styles.js";

// Below this the panel takes the whole screen, and the page behind it cannot be reached.
const SMALL = "(max-width: 30em), (max-height: 26em)";
// The bot that this file came from: /widget/<version>/guide-chat.js.
const HOME = new URL("../..", import.meta.url).href;

/**
 * `<guide-chat>`: a button that opens a chat with the guide, or with mode="inline" the chat in its place in the page.
 * docs/embed.md describes its attributes, events, parts and custom properties. Nothing is stored and nothing is asked of
 * the server before it is opened.
 */
export class GuideChat extends HTMLElement {
  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    /** @type {Panel | null} */
    this.panel = null;
    /** @type {HTMLDialogElement | HTMLElement | null} */
    this.frame = null;
    /** @type {HTMLElement | null} */
    this.launcher = null;
    this.small = matchMedia(SMALL);
    this.onSmall = () => this.#refit();
    this.onOnline = () => this.panel?.backOnline();
  }

  connectedCallback() {
    this.small.addEventListener("change", this.onSmall);
    window.addEventListener("online", this.onOnline);
    if (!this.launcher) void this.#build();
  }

  disconnectedCallback() {
    this.small.removeEventListener("change", this.onSmall);
    window.removeEventListener("online", this.onOnline);
  }

  get inline() {
    return this.getAttribute("mode") === "inline";
  }

  get isOpen() {
    return Boolean(this.frame && !this.frame.hidden);
  }

  /** Opens the chat and puts the focus into its input. */
  open() {
    if (!this.isOpen) this.#show(true);
    this.panel?.input.focus();
  }

  /** Closes the chat and puts the focus back on the button that opened it. */
  close() {
    if (!this.isOpen || !this.frame || this.inline) return;
    if (this.frame instanceof HTMLDialogElement) this.frame.close();
    this.frame.hidden = true;
    if (this.launcher) {
      this.launcher.hidden = false;
      this.launcher.querySelector("button")?.focus();
    }
    this.#remember(false);
    this.#tell("close", {});
  }

  async #build() {
    const { language, strings } = await loadStrings(this.getAttribute("lang") ?? document.documentElement.lang);
    this.strings = strings;
    this.language = language;
    const server = new URL(this.getAttribute("server") || HOME, document.baseURI).href;
    const client = new Client(server);
    this.conversation = new Conversation(client, new Memory(client.base, this.getAttribute("storage") !== "none"), {
      phone: this.getAttribute("phone") ?? undefined,
      emergency_number: this.getAttribute("emergency") ?? undefined,
    });
    const heading = this.getAttribute("heading") ?? strings.heading;
    const words = this.getAttribute("label") ?? (this.inline ? strings.start : strings.launcher);
    const button = make(
      "button", { type: "button", class: "launcher", part: "launcher", "aria-haspopup": this.inline ? null : "dialog", onclick: () => this.open() },
      icon("chat"), make("span", {}, words),
    );
    // A landmark, so that a screen reader's list of the page's parts leads here.
    this.launcher = this.inline
      ? make("section", { class: "cover", part: "cover", lang: language, "aria-label": heading },
          make("h2", {}, heading), make("p", {}, strings.hello), make("p", { class: "note" }, strings.subheading), button)
      : make("section", { class: "dock", lang: language, "aria-label": heading }, button);
    this.shadowRoot?.replaceChildren(this.launcher);
    if (this.conversation.restore() && this.conversation.open && (this.inline || !this.small.matches)) this.#show(false);
  }

  /** @param {boolean} asked by the visitor, not because it was open before a reload */
  #show(asked) {
    if (!this.panel || !this.frame) this.#makePanel();
    const { frame, panel, conversation } = this;
    if (!frame || !panel || !conversation) return;
    frame.hidden = false;
    if (frame instanceof HTMLDialogElement) {
      // Set as an attribute, because `show` moves the focus: it must stay where it is after a reload.
      if (this.small.matches) frame.showModal();
      else frame.setAttribute("open", "");
    }
    if (this.launcher) this.launcher.hidden = true;
    this.#remember(true);
    panel.scrollToEnd();
    if (asked) this.#tell("open", {});
  }

  #makePanel() {
    const { strings, language, conversation } = this;
    if (!strings || !language || !conversation) return;
    this.panel = new Panel(conversation, {
      strings, language, heading: this.getAttribute("heading") ?? strings.heading, closable: !this.inline,
      close: () => this.close(), tell: (name, detail) => this.#tell(name, detail),
    });
    const shared = { class: "panel", part: "panel", lang: language, "aria-labelledby": "title" };
    this.frame = this.inline
      ? make("section", shared, ...this.panel.nodes)
      : make("dialog", {
          ...shared,
          oncancel: (/** @type {Event} */ event) => { event.preventDefault(); this.close(); },
          onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") this.close(); },
        }, ...this.panel.nodes);
    this.shadowRoot?.append(this.frame);
    conversation.resume();
    void conversation.learn().then((known) => {
      if (!known) return;
      this.panel?.showFacts();
      conversation.save();
    });
  }

  /** Changes between a panel beside the page and a full screen when the window grows or shrinks. */
  #refit() {
    if (!this.isOpen || !(this.frame instanceof HTMLDialogElement)) return;
    const focused = this.shadowRoot?.activeElement;
    this.frame.close();
    if (this.small.matches) this.frame.showModal();
    else this.frame.setAttribute("open", "");
    if (focused instanceof HTMLElement) focused.focus();
  }

  /** @param {boolean} open */
  #remember(open) {
    if (!this.conversation) return;
    this.conversation.open = open;
    this.conversation.save();
  }

  /**
   * @param {string} name
   * @param {object} detail never what was said
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`guide-chat:${name}`, { bubbles: true, composed: true, detail }));
  }
}

if (!customElements.get("guide-chat")) customElements.define("guide-chat", GuideChat);
