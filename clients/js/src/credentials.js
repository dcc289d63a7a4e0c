/**
 * The token a client shows: fixed, or fetched anew from the company's backend before it ends.
 *
 * @typedef {string | (() => string | Promise<string>)} TokenSource
 *   A token, or a function that fetches a new one each time it is called. What it rejects with is
 *   taken for a network that failed, and it is asked again; a PinboxError says otherwise:
 *   `new PinboxError("unauthorized", "signed out")` ends the events.
 */

import { PinboxError, unreachable } from "./problems.js";

export class Credentials {
  /** On the clock of the client; Infinity where no token ends or none other can be had. */
  renewAt = Infinity;
  #source;
  #pace;
  #clock;
  #claim;
  /** @type {string | null} */
  #token = null;
  /** @type {Promise<string> | null} */
  #fetching = null;

  /**
   * @param {TokenSource} source
   * @param {object} given
   * @param {import("./pace.js").Pace} given.pace
   * @param {import("./clock.js").Clock} given.clock
   * @param {(subject: string) => Promise<void>} given.claim learns whom each token names, and may
   *   refuse it by rejecting
   */
  constructor(source, { pace, clock, claim }) {
    this.#source = source;
    this.#pace = pace;
    this.#clock = clock;
    this.#claim = claim;
  }

  /** Whether there is more than one token to be had. */
  get renewable() {
    return typeof this.#source === "function";
  }

  /** The present token, fetched at first use and when the old one is about to end. */
  async token() {
    if (this.#token !== null && this.#clock.now() < this.renewAt) return this.#token;
    return typeof this.#source === "string" ? this.#take(this.#source) : this.renew();
  }

  /**
   * Another token than this one, which the server refused.
   *
   * @param {string} refused
   */
  async instead(refused) {
    return this.#token !== null && this.#token !== refused ? this.#token : this.renew();
  }

  /** A new token; calls at one time share one. */
  async renew() {
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #fetch() {
    if (typeof this.#source === "string") {
      throw new PinboxError("unauthorized", "the token is no longer good and no other can be had");
    }
    let token;
    try {
      token = await this.#source();
    } catch (error) {
      throw error instanceof PinboxError ? error : unreachable(`no new token: ${error}`, error);
    }
    return this.#take(token);
  }

  /** @param {string} token */
  async #take(token) {
    const { exp, iat, sub } = claims(token);
    if (typeof sub === "string") await this.#claim(sub);
    this.#token = token;
    if (this.renewable && typeof exp === "number") {
      const life = lifeOf(exp, iat, this.#clock.wall() / 1000) * 1000;
      const early = Math.min(this.#pace.renew_before_s * 1000, life / 5);
      this.renewAt = this.#clock.now() + life - early;
    }
    return token;
  }
}

/**
 * How many seconds a token is good for. A device's clock may be wrong by days: no token lasts
 * longer than it was made for, and one that has just come and is over by this clock counts as new.
 *
 * @param {number} exp
 * @param {unknown} iat
 * @param {number} now
 */
function lifeOf(exp, iat, now) {
  const left = Math.max(0, exp - now);
  if (typeof iat !== "number") return left;
  return left > 0 ? Math.min(left, exp - iat) : exp - iat;
}

/**
 * The claims of a JWT, unverified: the server judges them, the client only reads the clock.
 *
 * @param {string} token
 * @returns {{ exp?: unknown, iat?: unknown, sub?: unknown }}
 */
function claims(token) {
  try {
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload)) ?? {};
  } catch {
    return {};
  }
}
