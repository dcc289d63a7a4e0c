/**
 * Links by which files are shown and saved. They end after minutes, so they are asked for when a
 * file is looked at, and anew when they have ended.
 *
 * @typedef {{ url: string, thumbnail_url?: string | null, expires_at: string }} Link
 */

import { getLinks } from "../api/uploads.js";
import { signal } from "../vendor/preact.js";

const EARLY_MS = 20_000;

export class Links {
  /** @type {import("../vendor/preact.js").Signal<Map<string, Link>>} by the file's id */
  known = signal(new Map());
  /** @type {Map<string, Promise<Link | null>>} */
  #asked = new Map();
  #failed;

  /** @param {(error: unknown) => void} failed */
  constructor(failed) {
    this.#failed = failed;
  }

  /** Links that hold for a while yet; null where there are none. @param {string} id @returns {Promise<Link | null>} */
  async need(id) {
    const found = this.known.value.get(id);
    if (found && Date.parse(found.expires_at) - Date.now() > EARLY_MS) return found;
    let asked = this.#asked.get(id);
    if (asked === undefined) {
      asked = this.#ask(id);
      this.#asked.set(id, asked);
    }
    return asked;
  }

  /** @param {string} id */
  async #ask(id) {
    try {
      const link = await getLinks(id);
      this.known.value = new Map(this.known.value).set(id, link);
      return link;
    } catch (error) {
      this.#failed(error);
      return null;
    } finally {
      this.#asked.delete(id);
    }
  }
}
