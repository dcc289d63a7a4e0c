/** Reads the events for the app: one by one where it asks, or into its listeners. */

import { asProblem } from "./driver.js";

/** @typedef {import("./wire.js").ThreadEvent} ThreadEvent */

export class Reader {
  /** Whether the line was asked for. */
  linked = false;
  #following;
  #listeners;
  #ready;
  #pumping = false;

  /**
   * @param {import("./following.js").Following} following
   * @param {import("./listeners.js").Listeners<import("./options.js").Kinds>} listeners
   * @param {() => Promise<void>} ready when the store is this person's
   */
  constructor(following, listeners, ready) {
    this.#following = following;
    this.#listeners = listeners;
    this.#ready = ready;
  }

  connect() {
    if (this.linked) return;
    this.linked = true;
    this.#ready().then(
      () => this.#following.start(),
      (error) => void this.#listeners.tell("end", asProblem(error)),
    );
  }

  /** @returns {AsyncIterableIterator<ThreadEvent>} */
  events() {
    this.connect();
    const next = async () => {
      await this.#ready();
      const value = await this.#following.next();
      return value === undefined ? END : { done: false, value };
    };
    const iterator = { next, return: async () => END, [Symbol.asyncIterator]: () => iterator };
    return /** @type {AsyncIterableIterator<ThreadEvent>} */ (iterator);
  }

  /** Hand the events to those who listen, from now on. */
  async pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for await (const event of this.events()) await this.#listeners.tell("event", event);
    } catch {
      // Who listens to `end` has heard of it.
    }
  }
}

/** @type {IteratorReturnResult<undefined>} */
const END = { done: true, value: undefined };
