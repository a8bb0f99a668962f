import { Client, ServerProblem } from "./client.js";
import { Memory } from "./memory.js";

export const MOST_CHARACTERS = 1000;

/**
 * What was said and what came back, without any display. `changed` is called with the turn that changed, `settled` once
 * for each turn that got its answer or failed.
 */
export class Conversation {
  /**
   * @param {Client} client
   * @param {Memory} memory
   * @param {import("./types").Facts} facts what the page itself says about the clinic
   */
  constructor(client, memory, facts) {
    this.client = client;
    this.memory = memory;
    this.facts = facts;
    /** @type {import("./types").Turn[]} */
    this.turns = [];
    this.open = false;
    this.changed = (/** @type {import("./types").Turn} */ _turn) => {};
    this.settled = (/** @type {import("./types").Turn} */ _turn) => {};
    this.leave = new AbortController();
  }

  /** Takes up what the tab has kept. A question that was under way is sent again, under its own id. */
  restore() {
    const kept = this.memory.read();
    if (!kept) return false;
    this.client.session = kept.session;
    this.facts = { ...this.facts, ...kept.facts };
    this.turns = kept.turns;
    this.open = kept.open;
    return true;
  }

  /** Sends again what was under way when the page was left. */
  resume() {
    for (const turn of this.turns) if (turn.state === "sending") void this.#run(turn);
  }

  /** Asks the server for the clinic's facts; without an answer, what the page says has to do. */
  async learn() {
    try {
      const facts = await this.client.facts();
      this.facts = { ...this.facts, ...facts };
      return true;
    } catch {
      return false;
    }
  }

  get busy() {
    return this.turns.some((turn) => turn.state === "sending");
  }

  /** @param {string} text */
  send(text) {
    /** @type {import("./types").Turn} */
    const turn = { id: newId(), text, state: "sending" };
    this.turns.push(turn);
    void this.#run(turn);
    return turn;
  }

  /** @param {import("./types").Turn} turn */
  retry(turn) {
    if (turn.state !== "failed") return;
    turn.state = "sending";
    delete turn.problem;
    void this.#run(turn);
  }

  /**
   * Takes a question back that the server refused, so that it can be changed.
   * @param {import("./types").Turn} turn
   */
  withdraw(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
    this.save();
  }

  /**
   * @param {import("./types").Turn} turn
   * @param {"up" | "down"} value
   */
  async vote(turn, value) {
    turn.vote = value;
    this.save();
    await this.client.vote(turn.id, value);
  }

  /** Erases the conversation here, then on the server. Throws when the server could not be reached. */
  async clear() {
    this.leave.abort();
    this.leave = new AbortController();
    this.turns = [];
    this.memory.erase();
    await this.client.forget();
  }

  save() {
    const { turns, facts, open } = this;
    this.memory.write({ version: 1, session: this.client.session, turns, facts, open });
  }

  /** @param {import("./types").Turn} turn */
  async #run(turn) {
    const signal = this.leave.signal;
    this.save();
    this.changed(turn);
    try {
      const { messages, renewed } = await this.client.message(turn.text, turn.id, signal);
      turn.reply = replyOf(messages);
      turn.renewed = renewed && this.turns.indexOf(turn) > 0;
      turn.state = "answered";
    } catch (error) {
      const problem = error instanceof ServerProblem ? error : new ServerProblem("unavailable");
      turn.state = "failed";
      turn.problem = { code: problem.code, text: problem.text, wait: problem.wait };
    }
    if (signal.aborted) return; // the chat was cleared meanwhile
    this.save();
    this.changed(turn);
    this.settled(turn);
  }
}

/** An id that nobody can guess. `randomUUID` is missing on pages without HTTPS, so the bytes are drawn here. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The reply that a turn's messages hold; where they hold only text and buttons, a reply is made from those.
 * @param {any[]} messages
 * @returns {import("./types").Reply}
 */
export function replyOf(messages) {
  const found = messages.map((message) => message?.custom?.data?.reply).filter((reply) => typeof reply?.text === "string");
  const said = messages.map((message) => message?.text).filter((text) => typeof text === "string");
  if (found.length === 0 && said.length === 0) throw new ServerProblem("empty");
  const reply = found.at(-1) ?? {};
  const buttons = messages.flatMap((message) => (Array.isArray(message?.buttons) ? message.buttons : []));
  return {
    kind: String(reply.kind ?? "unclear"),
    stage: reply.stage ?? null,
    line: reply.line ?? null,
    drug: reply.drug ?? null,
    term: reply.term ?? null,
    passages: reply.passages ?? [],
    source: reply.source ?? null,
    choices:
      reply.choices ??
      buttons.map((button, index) => ({ number: index + 1, title: String(button.title), text: String(button.payload) })),
    text: reply.text ?? said.join("\n"),
    notes: { before: reply.notes?.before ?? [], after: reply.notes?.after ?? [] },
    list: Array.isArray(reply.list?.questions) ? reply.list : null,
  };
}
