/**
 * A store in one file, for Node. It belongs to one process at a time.
 *
 *     import { FileStore } from "@pinbox/client/file";
 *
 * Each change writes a new file beside the old one and puts it in its place, so a crash leaves one
 * of the two, whole. A draft is on disk (fsync) when `set` resolves.
 */

import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** @implements {Store} */
export class FileStore {
  #path;
  /** @type {Promise<Map<string, unknown>> | null} */
  #opening = null;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #closed = false;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
  }

  /**
   * @param {string} key
   * @returns {Promise<any>}
   */
  async get(key) {
    return structuredClone((await this.#kept()).get(key));
  }

  /**
   * @param {string} key
   * @param {unknown} value
   * @param {{ durable?: boolean }} [how]
   */
  async set(key, value, { durable = false } = {}) {
    const kept = await this.#kept();
    kept.set(key, structuredClone(value));
    await this.#write(kept, durable);
  }

  /** @param {string} key */
  async delete(key) {
    const kept = await this.#kept();
    if (kept.delete(key)) await this.#write(kept, false);
  }

  /** @param {string} prefix */
  async list(prefix) {
    const kept = await this.#kept();
    const keys = [...kept.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => ({ key, value: /** @type {any} */ (structuredClone(kept.get(key))) }));
  }

  async close() {
    this.#closed = true;
    if (this.#opening === null || (await this.#opening.catch(() => null)) === null) return;
    await this.#last;
    await rm(this.#lock, { force: true });
  }

  get #lock() {
    return `${this.#path}.lock`;
  }

  async #kept() {
    if (this.#closed) throw new Error("the store is closed");
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open() {
    await hold(this.#lock);
    try {
      const text = await readFile(this.#path, "utf8");
      return new Map(Object.entries(JSON.parse(text)));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return new Map();
      await rm(this.#lock, { force: true });
      throw new Error(`${this.#path} is no store`, { cause: error });
    }
  }

  /**
   * One after the other: each writes all that is kept by then.
   *
   * @param {Map<string, unknown>} kept
   * @param {boolean} durable
   */
  async #write(kept, durable) {
    const written = this.#last.then(() => this.#replace(kept, durable));
    this.#last = written.catch(() => {});
    await written;
  }

  /**
   * @param {Map<string, unknown>} kept
   * @param {boolean} durable
   */
  async #replace(kept, durable) {
    const fresh = `${this.#path}.new`;
    const file = await open(fresh, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(Object.fromEntries(kept)));
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.#path);
    if (durable) await syncFolder(dirname(this.#path));
  }
}

/** @param {string} path */
async function syncFolder(path) {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Take the lock, also one whose process has died.
 *
 * @param {string} path
 */
async function hold(path) {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(String(process.pid));
      return file.close();
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (owner > 0 && isAlive(owner)) break;
    await rm(path, { force: true });
  }
  throw new Error(`the store is in use: ${path}`);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @typedef {import("../journal.js").Store} Store */
