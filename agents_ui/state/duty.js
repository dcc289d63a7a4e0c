/** Whether this agent is on duty, which is a choice. */

import * as api from "../api/desk.js";
import { signal } from "../vendor/preact.js";

export class Duty {
  on = signal(false);
  #desk;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** @param {{ on: boolean }} duty as the server tells it */
  know({ on }) {
    this.on.value = on;
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
