/** A store that lives as long as the page or process. */

/** @implements {Store} */
export class MemoryStore {
  /** @type {Map<string, string>} */
  #kept = new Map();

  /** @param {string} key */
  async get(key) {
    const text = this.#kept.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  async set(key, value) {
    this.#kept.set(key, JSON.stringify(value));
  }

  /** @param {string} key */
  async delete(key) {
    this.#kept.delete(key);
  }

  /** @param {string} prefix */
  async list(prefix) {
    const keys = [...this.#kept.keys()].filter((key) => key.startsWith(prefix)).sort();
    return Promise.all(keys.map(async (key) => ({ key, value: await this.get(key) })));
  }
}

/** @typedef {import("../journal.js").Store} Store */
