/**
 * A store on texts by name: the browser's `localStorage`, or React Native's `AsyncStorage`.
 *
 *     new KeyValueStore(localStorage)
 *     new KeyValueStore(AsyncStorage)
 *
 * What these have written is on disk when they say so, which they do not promise to the letter.
 *
 * @typedef {object} KeyValue
 * @property {(key: string) => string | null | Promise<string | null>} getItem
 * @property {(key: string, value: string) => unknown} setItem
 * @property {(key: string) => unknown} removeItem
 * @property {() => Promise<readonly string[]>} [getAllKeys] AsyncStorage
 * @property {(index: number) => string | null} [key] localStorage
 * @property {number} [length] localStorage
 */

import { Tabs } from "../tabs.js";

/** @implements {Store} */
export class KeyValueStore {
  #storage;
  #prefix;

  /**
   * @param {KeyValue} storage
   * @param {string} [name] one for each person who may sign in here
   */
  constructor(storage, name = "pinbox") {
    this.#storage = storage;
    this.#prefix = `${name}/`;
    this.tabs = new Tabs(name);
  }

  /** @param {string} key */
  async get(key) {
    const text = await this.#storage.getItem(this.#prefix + key);
    return text === null ? undefined : JSON.parse(text);
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  async set(key, value) {
    await this.#storage.setItem(this.#prefix + key, JSON.stringify(value));
  }

  /** @param {string} key */
  async delete(key) {
    await this.#storage.removeItem(this.#prefix + key);
  }

  /** @param {string} prefix */
  async list(prefix) {
    const all = await this.#keys();
    const ours = all.filter((key) => key.startsWith(this.#prefix + prefix)).sort();
    const keys = ours.map((key) => key.slice(this.#prefix.length));
    const kept = await Promise.all(keys.map(async (key) => ({ key, value: await this.get(key) })));
    return kept.filter(({ value }) => value !== undefined);
  }

  async close() {
    this.tabs.close();
  }

  async #keys() {
    const storage = this.#storage;
    if (storage.getAllKeys !== undefined) return storage.getAllKeys();
    const keys = Array.from({ length: storage.length ?? 0 }, (_, n) => storage.key?.(n));
    return keys.filter((key) => typeof key === "string");
  }
}

/** @typedef {import("../journal.js").Store} Store */
