/** Devices for push, and when they are not rung. */

export class Devices {
  #ask;

  /** @param {import("./calls.js").Ask} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * @param {string} id
   * @param {import("./wire.js").Registration} registration
   * @returns {Promise<import("./wire.js").Registered>}
   */
  async register(id, registration) {
    return this.#ask("PUT", `/v1/devices/${encodeURIComponent(id)}`, { body: registration });
  }

  /** @param {string} id */
  async forget(id) {
    await this.#ask("DELETE", `/v1/devices/${encodeURIComponent(id)}`);
  }

  /** @returns {Promise<string>} */
  async pushKey() {
    return (await this.#ask("GET", "/v1/push/key")).key;
  }
}

/**
 * When the customer's devices are not rung, by the customer's own clock.
 *
 * @typedef {object} Quiet
 * @property {string | null} hours as `22:00-08:00`; null: always rung
 * @property {"hold" | "passive"} mode one push at the end tells of all, or each comes silently
 * @property {boolean} own the customer has chosen so
 * @property {string} time_zone
 * @property {string | null} until it is quiet now, up to then
 */
export class QuietHours {
  #ask;

  /** @param {import("./calls.js").Ask} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * What counts now.
   *
   * @returns {Promise<Quiet>}
   */
  async get() {
    return this.#ask("GET", "/v1/quiet-hours");
  }

  /**
   * Choose hours as `22:00-08:00`, or null for none.
   *
   * @param {string | null} hours
   * @param {"hold" | "passive"} [mode]
   * @returns {Promise<Quiet>}
   */
  async set(hours, mode = "hold") {
    return this.#ask("PUT", "/v1/quiet-hours", { body: { hours, mode } });
  }

  /** Go back to the hours that the company has set. */
  async clear() {
    await this.#ask("DELETE", "/v1/quiet-hours");
  }
}
