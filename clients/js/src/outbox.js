/**
 * The way out: drafts leave in the order they were written, one at a time, each once. Pure.
 *
 * A draft is tried until the server answers, with the same `client_id`, so it becomes one message
 * however often the line goes. One that the server will never take is set aside, not lost.
 *
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./problems.js").PinboxError} PinboxError
 *
 * @typedef {{ is: "drafts", drafts: Draft[] } | { is: "hold" } | { is: "way", open: boolean }
 *   | { is: "nudge" } | { is: "tick" }
 *   | { is: "sent", client_id: string, answer: import("./wire.js").Sent }
 *   | { is: "unsent", client_id: string, error: PinboxError }
 *   | { is: "settled", client_id: string }} Happened
 *   `drafts`: all that the store holds, in order. `hold`: it is ours to send them. `settled`: the
 *   store has forgotten or set aside what was answered.
 *
 * @typedef {{ do: "post", draft: Draft }
 *   | { do: "drop", client_id: string, answer: import("./wire.js").Sent }
 *   | { do: "refuse", client_id: string, error: PinboxError }
 *   | { do: "tell", client_id: string, error: PinboxError }} Act
 *   `tell`: not this draft's fault, so it stays, but those who wait for it should know.
 */

import { wait } from "./pace.js";

/** After so many internal errors a draft is set aside: it must not block those behind it. */
const FAULTS = 5;

export class Outbox {
  #holding = false;
  #way = false;
  /** @type {Draft[]} */
  #drafts = [];
  /** @type {string | null} the one that is in the air or being settled */
  #current = null;
  #tries = 0;
  #faults = 0;
  #notBefore = -Infinity;
  #due = -Infinity;

  /**
   * @param {import("./pace.js").Pace} pace
   * @param {() => number} chance
   */
  constructor(pace, chance) {
    this.pace = pace;
    this.chance = chance;
  }

  /** When to say `tick` at the latest. */
  get wakeAt() {
    return this.#ready && this.#due > -Infinity ? this.#due : Infinity;
  }

  get #ready() {
    return this.#holding && this.#way && this.#current === null && this.#drafts.length > 0;
  }

  /**
   * @param {Happened} happened
   * @param {number} now milliseconds
   * @returns {Act[]}
   */
  handle(happened, now) {
    const acts = this.#take(happened, now);
    if (!this.#ready || now < this.#due) return acts;
    const draft = this.#drafts[0];
    this.#current = draft.client_id;
    return [...acts, { do: "post", draft }];
  }

  /**
   * @param {Happened} happened
   * @param {number} now
   * @returns {Act[]}
   */
  #take(happened, now) {
    switch (happened.is) {
      case "hold":
        this.#holding = true;
        break;
      case "drafts":
        this.#drafts = happened.drafts;
        break;
      case "way":
        this.#way = happened.open;
        break;
      case "nudge":
        // The network is back: that ends the jitter, never a `Retry-After`.
        this.#due = Math.min(this.#due, this.#notBefore);
        break;
      case "sent":
        if (happened.client_id !== this.#current) break;
        return [{ do: "drop", client_id: happened.client_id, answer: happened.answer }];
      case "unsent":
        return happened.client_id === this.#current ? this.#judge(happened.error, now) : [];
      case "settled":
        this.#drafts = this.#drafts.filter(({ client_id }) => client_id !== happened.client_id);
        this.#current = null;
        this.#tries = this.#faults = 0;
        this.#due = this.#notBefore = -Infinity;
    }
    return [];
  }

  /**
   * @param {PinboxError} error
   * @param {number} now
   * @returns {Act[]}
   */
  #judge(error, now) {
    const client_id = /** @type {string} */ (this.#current);
    const signIn = error.code === "unauthorized";
    this.#faults += error.code === "internal" ? 1 : 0;
    if (!error.temporary && !signIn && (error.code !== "internal" || this.#faults >= FAULTS)) {
      return [{ do: "refuse", client_id, error }];
    }
    const retryAfter = error.retryAfter ?? 0;
    this.#current = null;
    this.#notBefore = now + retryAfter * 1000;
    this.#due = now + wait(this.pace, this.#tries, this.chance, retryAfter) * 1000;
    this.#tries += 1;
    return signIn ? [{ do: "tell", client_id, error }] : [];
  }
}
