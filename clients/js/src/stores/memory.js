/** A store that lives as long as the page or process. */

/** Files among the values want the browser's own copy, which React Native may lack. */
const copy = globalThis.structuredClone ?? ((value) => JSON.parse(JSON.stringify(value)));

/** @implements {Store} */
export class MemoryStore {
  /** @type {Map<string, unknown>} */
  #kept = new Map();

  /**
   * @param {string} key
   * @returns {Promise<any>}
   */
  async get(key) {
    const value = this.#kept.get(key);
    return value === undefined ? undefined : copy(value);
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  async set(key, value) {
    this.#kept.set(key, copy(value));
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
