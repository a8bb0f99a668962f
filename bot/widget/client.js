/** A failure that the visitor is told about. `code` names it, `text` is what the server said, `wait` is in seconds. */
export class ServerProblem extends Error {
  /**
   * @param {string} code
   * @param {string} [text]
   * @param {number} [wait]
   */
  constructor(code, text = "", wait = 0) {
    super(code);
    this.code = code;
    this.text = text;
    this.wait = wait;
  }
}

// Longer than the server takes to give up, so that its own words arrive.
const MOST_SECONDS = 30;
const SHORT_SECONDS = 10;

/** Speaks to the web channel of one server. It holds the session's token and keeps nothing else. */
export class Client {
  /** @param {string} server address of the bot, with or without a slash at its end */
  constructor(server) {
    this.base = server.replace(/\/+$/, "");
    /** @type {import("./types").Session | null} */
    this.session = null;
  }

  /** The clinic's public facts. @returns {Promise<import("./types").Facts>} */
  async facts() {
    return this.#json(await this.#ask("GET", "/webhooks/web/clinic", { seconds: SHORT_SECONDS }));
  }

  /**
   * One stage's row of the treatment map.
   * @param {string} stage
   * @returns {Promise<import("./types").MapRow>}
   */
  async row(stage) {
    return this.#json(await this.#ask("GET", `/guide/row?stage=${encodeURIComponent(stage)}`, { seconds: SHORT_SECONDS }));
  }

  /**
   * Sends a message; the same id is answered once, however often it is sent.
   * @param {string} text
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<{messages: any[], renewed: boolean}>} `renewed`: the old session was gone, and a new one was begun
   */
  async message(text, id, signal) {
    const had = this.session !== null;
    let renewed = false;
    if (!this.session || this.session.expires <= Date.now()) {
      await this.#begin(signal);
      renewed = had;
    }
    const body = { message: text, message_id: id };
    let answer = await this.#ask("POST", "/webhooks/web/message", { body, signal, refused: true });
    if (answer.status === 401) {
      await this.#begin(signal);
      renewed = true;
      answer = await this.#ask("POST", "/webhooks/web/message", { body, signal });
    }
    const data = await this.#json(answer);
    if (!Array.isArray(data?.messages) || data.messages.length === 0) throw new ServerProblem("empty");
    return { messages: data.messages, renewed };
  }

  /** Erases the conversation on the server. A session that is gone already is as good. */
  async forget() {
    const session = this.session;
    if (!session) return;
    const answer = await this.#ask("DELETE", "/webhooks/web/session", { seconds: SHORT_SECONDS, refused: true });
    if (!answer.ok && answer.status !== 401 && answer.status !== 404) throw new ServerProblem("unavailable");
    if (this.session === session) this.session = null;
  }

  /**
   * @param {string} id
   * @param {"up" | "down"} value
   */
  async vote(id, value) {
    await this.#ask("POST", "/webhooks/web/feedback", { body: { message_id: id, value }, seconds: SHORT_SECONDS });
  }

  /** @param {AbortSignal} signal */
  async #begin(signal) {
    this.session = null;
    const data = await this.#json(await this.#ask("POST", "/webhooks/web/session", { signal }));
    if (typeof data?.token !== "string") throw new ServerProblem("unavailable");
    // A little early, so that a token does not run out on its way.
    const seconds = Number(data.expires_in) > 0 ? Number(data.expires_in) - 5 : 600;
    this.session = { token: data.token, expires: Date.now() + seconds * 1000 };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{body?: object, signal?: AbortSignal, seconds?: number, refused?: boolean}} options
   *   refused: the caller reads a status of 401 or above itself
   */
  async #ask(method, path, { body, signal, seconds = MOST_SECONDS, refused = false } = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), seconds * 1000);
    const leave = () => stop.abort();
    signal?.addEventListener("abort", leave);
    /** @type {Record<string, string>} */
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    const own = path.startsWith("/webhooks/web/") && path !== "/webhooks/web/clinic" && path !== "/webhooks/web/session";
    if (this.session && (own || method === "DELETE")) headers.Authorization = `Bearer ${this.session.token}`;
    try {
      const answer = await fetch(this.base + path, {
        method, headers, body: body ? JSON.stringify(body) : undefined, signal: stop.signal,
        credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
      });
      if (answer.ok || (refused && (answer.status === 401 || method === "DELETE"))) return answer;
      throw await problemOf(answer);
    } catch (error) {
      if (error instanceof ServerProblem) throw error;
      if (signal?.aborted) throw new ServerProblem("left");
      throw new ServerProblem(stop.signal.aborted ? "slow" : "offline");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    }
  }

  /**
   * @param {Response} answer
   * @returns {Promise<any>}
   */
  async #json(answer) {
    try {
      return await answer.json();
    } catch {
      throw new ServerProblem("unavailable");
    }
  }
}

/** @param {Response} answer */
async function problemOf(answer) {
  const said = await answer.json().catch(() => null);
  const text = typeof said?.error?.text === "string" ? said.error.text : "";
  if (answer.status === 429) {
    const seconds = Math.ceil(Number(answer.headers.get("Retry-After")));
    return new ServerProblem("busy", text, seconds > 0 ? Math.min(seconds, 600) : 10);
  }
  return new ServerProblem([400, 409, 413].includes(answer.status) ? "refused" : "unavailable", text);
}
