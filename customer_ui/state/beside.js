/** Beside the messages: callbacks, ratings, the choice of who answers, and how to be cared for. */

import { signal } from "../vendor/preact.js";

export class Beside {
  /** @type {import("../vendor/preact.js").Signal<import("../lib/wire.js").Callback[]>} */
  callbacks = signal([]);
  #app;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Which calls are booked. */
  async look() {
    const { client, callable } = this.#app;
    try {
      this.callbacks.value = await client.callbacks.open();
      callable.value = (await client.callbacks.slots()).enabled;
    } catch {
      // It is asked for again with the next event.
    }
  }

  /**
   * Do something, and give what went wrong, in words; `""` where it was done.
   *
   * @param {() => Promise<unknown>} act
   * @param {string} [done] what to say then
   * @param {(field: string) => void} [blame] told of the member of the input that was not taken
   */
  async does(act, done, blame) {
    try {
      await act();
    } catch (error) {
      const problem = /** @type {import("../lib/problems.js").PinboxError} */ (error);
      const detail = this.#app.why(problem);
      const [wrong] = problem.problem?.errors ?? [];
      if (wrong !== undefined) blame?.(wrong.path.split(".").at(-1) ?? "");
      return problem.code === "unreachable" ? detail : this.#app.say("error.other", { detail });
    }
    if (done !== undefined) this.#app.voice.say(done);
    await this.#app.lookAtThread();
    return "";
  }
}
