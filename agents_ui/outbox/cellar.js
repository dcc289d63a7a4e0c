/**
 * Where files lie in this browser until they are sent, so that a reload does not lose them. What the
 * browser does not keep is held by the page alone.
 */

const NAME = "pinbox.files";
const STORE = "files";

export class Cellar {
  /** @type {Promise<IDBDatabase | null> | null} */
  #opened = null;

  /** @param {string} key @param {Blob} file */
  async put(key, file) {
    await this.#ask("readwrite", (store) => store.put(file, key));
  }

  /** @param {string} key @returns {Promise<Blob | null>} null where it is no longer there */
  async get(key) {
    const found = await this.#ask("readonly", (store) => store.get(key));
    return found instanceof Blob ? found : null;
  }

  /** @param {string} key */
  async drop(key) {
    await this.#ask("readwrite", (store) => store.delete(key));
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} act
   * @returns {Promise<unknown>} null where the browser keeps nothing
   */
  async #ask(mode, act) {
    this.#opened ??= open();
    const database = await this.#opened;
    if (database === null) return null;
    try {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      return await answered(request);
    } catch {
      return null;
    }
  }
}

/** @returns {Promise<IDBDatabase | null>} */
async function open() {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return await answered(request);
  } catch {
    return null;
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
