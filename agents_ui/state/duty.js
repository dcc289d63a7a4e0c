/** Whether this agent is on duty, which is a choice. */

import * as api from "../api/desk.js";
import { signal } from "../vendor/preact.js";

export class Duty {
  on = signal(false);
  /** @type {import("../vendor/preact.js").Signal<string | null>} when the shift ends it */
  ends = signal(null);
  #desk;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {{ on: boolean, ends_at: string | null }} duty as the server tells it */
  know({ on, ends_at: ends }) {
    this.on.value = on;
    this.ends.value = ends;
  }

  /** @param {boolean} on */
  async set(on) {
    const { words, voice } = this.#desk;
    try {
      this.know(await api.setDuty(on));
      voice.say(words.say(this.on.value ? "duty.say.on" : "duty.say.off"));
    } catch (error) {
      this.#desk.failed(error);
    }
  }
}
