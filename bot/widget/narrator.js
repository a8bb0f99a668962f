import { make } from "./dom.js";

// Shorter, and some screen readers miss it; longer, and people walk into it and hear it twice.
const MILLISECONDS = 1500;

/** Tells a screen reader what happened, in a region of its own that is empty again soon after. */
export class Narrator {
  constructor() {
    this.calm = make("div", { "aria-live": "polite", "aria-atomic": "false", class: "unseen narrator" });
    this.urgent = make("div", { role: "alert", class: "unseen narrator" });
    this.nodes = [this.calm, this.urgent];
  }

  /**
   * @param {string} text
   * @param {boolean} urgent interrupts what is being read
   */
  say(text, urgent = false) {
    const words = make("p", { lang: null }, text);
    (urgent ? this.urgent : this.calm).append(words);
    setTimeout(() => words.remove(), MILLISECONDS);
  }
}
