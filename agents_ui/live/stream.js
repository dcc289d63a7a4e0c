/** One team's stream as the link follows it: where we stand, and what came, applied at once. */

import { follow } from "../lib/cursor.js";

export class TeamStream {
  /** @type {string | null} everything up to here has been applied */
  cursor;
  #told;

  /**
   * @param {string} cursor
   * @param {object} told
   * @param {(items: import("../core/shapes.js").Item[]) => void} told.items
   * @param {() => void} told.reset
   */
  constructor(cursor, told) {
    this.cursor = cursor;
    this.#told = told;
  }

  /** @param {import("../lib/wire.js").Range} range */
  apply(range) {
    const fresh = follow(this.cursor, range);
    if (typeof fresh === "string") return fresh !== "gap";
    this.cursor = range.until;
    if (fresh.length > 0) this.#told.items(/** @type {any} */ (fresh));
    return true;
  }

  /**
   * Resuming is impossible: whoever shows it must load everything afresh.
   *
   * @param {string} _reason
   * @param {string} cursor
   */
  restart(_reason, cursor) {
    this.cursor = cursor;
    this.#told.reset();
  }
}
