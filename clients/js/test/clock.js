/** A clock of the test's own: time passes when nothing else can happen. */

const BEGIN = Date.parse("2026-11-22T10:00:00Z");
const TURNS = 20;

export class TestClock {
  #now = 0;
  #timers = new Set();

  now = () => this.#now;
  wall = () => BEGIN + this.#now;

  setTimeout = (run, ms) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return timer;
  };

  clearTimeout = (timer) => {
    this.#timers.delete(timer);
  };

  /** Let everything happen that needs no time. */
  async settle() {
    for (let n = 0; n < TURNS; n += 1) await new Promise(setImmediate);
  }

  /** Ring the next timer; false where none is set. */
  async step() {
    await this.settle();
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    await this.settle();
    return true;
  }

  /** Let so much time pass. */
  async pass(ms) {
    const until = this.#now + ms;
    await this.settle();
    while ([...this.#timers].some(({ at }) => at <= until)) await this.step();
    this.#now = until;
  }
}
