/** A store in the browser's IndexedDB, shared by all tabs of one origin. */

import { Tabs } from "../tabs.js";

const TABLE = "kept";

/** @implements {Store} */
export class IndexedDbStore {
  #name;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @param {string} [name] one for each person who may sign in here */
  constructor(name = "pinbox") {
    this.#name = name;
    this.tabs = new Tabs(name);
  }

  /** @param {string} key */
  async get(key) {
    return this.#do("readonly", (table) => table.get(key));
  }

  /**
   * @param {string} key
   * @param {unknown} value
   * @param {{ durable?: boolean }} [how]
   */
  async set(key, value, { durable = false } = {}) {
    await this.#do("readwrite", (table) => table.put(value, key), durable ? "strict" : "relaxed");
  }

  /** @param {string} key */
  async delete(key) {
    await this.#do("readwrite", (table) => table.delete(key));
  }

  /** @param {string} prefix */
  async list(prefix) {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    /** @type {{ key: string, value: any }[]} */
    const kept = [];
    await this.#do("readonly", (table) => {
      const request = table.openCursor(range);
      request.onsuccess = () => {
        const found = request.result;
        if (found === null) return;
        kept.push({ key: String(found.key), value: found.value });
        found.continue();
      };
      return request;
    });
    return kept;
  }

  async close() {
    this.tabs.close();
    if (this.#opening !== null) (await this.#opening).close();
  }

  /**
   * One transaction; settled when it has ended, not merely its request.
   *
   * @param {"readonly" | "readwrite"} mode
   * @param {(table: IDBObjectStore) => IDBRequest} work
   * @param {"strict" | "relaxed"} [durability]
   * @returns {Promise<any>}
   */
  async #do(mode, work, durability = "relaxed") {
    this.#opening ??= this.#open();
    const database = await this.#opening;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability });
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        // A newer page of ours wants to change the table: let it.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
    });
  }
}

/** @typedef {import("../journal.js").Store} Store */
