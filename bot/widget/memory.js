/** Keeps one conversation in the tab's sessionStorage, so that it survives a reload and ends with the tab. */
export class Memory {
  /**
   * @param {string} server
   * @param {boolean} allowed false: nothing is ever written
   */
  constructor(server, allowed) {
    this.key = `guide-chat:${server}`;
    this.allowed = allowed;
  }

  /** @returns {import("./types").Kept | null} */
  read() {
    if (!this.allowed) return null;
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
      return kept?.version === 1 && Array.isArray(kept.turns) ? kept : null;
    } catch {
      return null; // no storage, or not ours
    }
  }

  /** @param {import("./types").Kept} kept */
  write(kept) {
    if (!this.allowed) return;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Storage is full or switched off: the conversation goes on without it.
    }
  }

  erase() {
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // There is nothing to erase where there is no storage.
    }
  }
}
