/**
 * The board as it was a moment ago: asked for every few seconds while it is looked at, and never in
 * a tab that nobody sees. Numbers are not read out; that a promise is overdue is, once.
 */

import { getBoard } from "../api/office.js";
import { signal } from "../vendor/preact.js";

const STEP_MS = 5_000;

export class Overview {
  /** @type {import("../vendor/preact.js").Signal<any>} the server's answer, null before the first */
  board = signal(null);
  /** Whether the last look failed, so that what stands there is old. */
  stale = signal(false);
  #desk;
  #timer = 0;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Look now and then, until the answer is called. @returns {() => void} */
  watch() {
    void this.look();
    const step = () => {
      if (document.visibilityState === "visible") void this.look();
    };
    this.#timer = window.setInterval(step, STEP_MS);
    document.addEventListener("visibilitychange", step);
    return () => {
      clearInterval(this.#timer);
      document.removeEventListener("visibilitychange", step);
    };
  }

  async look() {
    try {
      const after = await getBoard();
      this.#tell(this.board.value, after);
      this.board.value = after;
      this.stale.value = false;
    } catch (error) {
      // Said once, not at every step.
      if (!this.stale.value) this.#desk.failed(error);
      this.stale.value = true;
    }
  }

  /** @param {any} before @param {any} after */
  #tell(before, after) {
    if (before === null || this.#desk.settings.chosen.value.loudness === "off") return;
    const { words, voice } = this.#desk;
    const lapsed = new Map(before.items.map((/** @type {any} */ one) => [one.team.id, one.promises_lapsed]));
    for (const { team, promises_lapsed: count } of after.items) {
      if (count > 0 && !lapsed.get(team.id)) {
        voice.say(words.say("board.say.lapsed", { team: team.name, count }));
      }
    }
  }
}
