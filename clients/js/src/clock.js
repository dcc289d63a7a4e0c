/**
 * Time, as the client is given it.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds, never stepping back
 * @property {() => number} wall milliseconds since 1970
 * @property {(run: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/** @type {Clock} */
export const CLOCK = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

const LONGEST = 2 ** 31 - 1;

/** One timer that rings at the time which was set last. */
export class Alarm {
  #clock;
  #ring;
  /** @type {unknown} */
  #timer = null;

  /**
   * @param {Clock} clock
   * @param {() => void} ring
   */
  constructor(clock, ring) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** @param {number} at on the clock's `now`; Infinity for never */
  set(at) {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (at === Infinity) return;
    const ms = Math.min(LONGEST, Math.max(0, Math.ceil(at - this.#clock.now())));
    this.#timer = this.#clock.setTimeout(this.#ring, ms);
  }
}
