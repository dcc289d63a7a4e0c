/**
 * Callbacks: the customer is called by the team, now or at a free time.
 *
 * @typedef {import("./wire.js").Callback} Callback
 *
 * @typedef {object} Slots The free times of a day by the customer's clock.
 * @property {string} day
 * @property {string} time_zone the customer's
 * @property {boolean} enabled whether the team calls anybody back at all
 * @property {boolean} now whether somebody could call at once
 * @property {{ starts_at: string, ends_at: string }[]} items
 *
 * @typedef {object} Wish
 * @property {string | Date} [when] the beginning of a free time; `now` where not given
 * @property {string} [phone] the number that the company told where not given
 * @property {boolean} [anyHour] before 09:00 and after 20:00 by the customer's clock, too
 * @property {string} [clientId] makes repeating safe; made where not given
 */

import { makeId } from "./draft.js";

export class Callbacks {
  #ask;

  /** @param {import("./calls.js").Ask} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * The free times of a day (`2026-11-24`); of today where none is given.
   *
   * @param {{ day?: string, anyHour?: boolean }} [which]
   * @returns {Promise<Slots>}
   */
  async slots({ day, anyHour } = {}) {
    const query = { day, any_hour: anyHour ? "true" : null };
    return this.#ask("GET", "/v1/callbacks/slots", { query });
  }

  /**
   * What is booked and not over.
   *
   * @returns {Promise<Callback[]>}
   */
  async open() {
    return (await this.#ask("GET", "/v1/callbacks")).items;
  }

  /**
   * Ask for a call. After `unreachable` repeat it with the same `clientId`: it books once.
   * `conflict` where the time is taken, the team is closed, or a callback is booked already.
   *
   * @param {string} topic
   * @param {Wish} [wish]
   * @returns {Promise<Callback>}
   */
  async book(topic, { when = "now", phone, anyHour, clientId = makeId() } = {}) {
    const at = when instanceof Date ? when.toISOString() : when;
    const body = { client_id: clientId, when: at, topic, phone, any_hour: anyHour };
    return this.#ask("POST", "/v1/callbacks", { body });
  }

  /**
   * The call is not wanted any more. Again is safe.
   *
   * @param {string} id
   */
  async cancel(id) {
    await this.#ask("DELETE", `/v1/callbacks/${encodeURIComponent(id)}`);
  }
}
