/**
 * Where the outbox is kept through a reload: one key for each entry, so that tabs never write over
 * each other's. Text is kept on this device until it is sent, and no longer.
 *
 * @typedef {import("./entry.js").Entry} Entry
 */

export class Shelf {
  #storage;
  #prefix;

  /**
   * @param {Storage | null} storage null where the browser keeps nothing
   * @param {string} agent
   */
  constructor(storage, agent) {
    this.#storage = storage;
    this.#prefix = `pinbox.out.${agent}.`;
  }

  /** All entries, in the order in which they were written. @returns {Entry[]} */
  all() {
    const storage = this.#storage;
    if (storage === null) return [];
    const names = Array.from({ length: storage.length }, (_, n) => storage.key(n) ?? "");
    return names
      .filter((name) => name.startsWith(this.#prefix))
      .map((name) => this.read(name))
      .filter((entry) => entry !== null)
      .sort((a, b) => (a.at < b.at ? -1 : 1));
  }

  /**
   * Keep an entry; false where the device does not.
   *
   * @param {Entry} entry
   */
  put(entry) {
    try {
      this.#storage?.setItem(this.#prefix + entry.client_id, JSON.stringify(entry));
      return this.#storage !== null;
    } catch {
      return false;
    }
  }

  /** @param {string} clientId */
  drop(clientId) {
    this.#storage?.removeItem(this.#prefix + clientId);
  }

  /**
   * The `client_id` that a storage event is about; null where it is not about an entry.
   *
   * @param {string | null} name
   */
  named(name) {
    return name?.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : null;
  }

  /** @param {string} name @returns {Entry | null} */
  read(name) {
    return this.parse(this.#storage?.getItem(name) ?? "null");
  }

  /** @param {string} text @returns {Entry | null} */
  parse(text) {
    try {
      const entry = JSON.parse(text);
      return typeof entry?.client_id === "string" ? entry : null;
    } catch {
      return null;
    }
  }
}
