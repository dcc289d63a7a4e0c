/**
 * Who sits at this desk. One browser has one session for all its tabs: where somebody else signs in
 * in another of them, this one does nothing more, and says who it is. What is sent meanwhile the
 * server refuses, since each request says in whose name it is made; tabs also tell each other.
 */

import { getMe } from "../api/desk.js";
import { actFor } from "../api/who.js";
import { signal } from "../vendor/preact.js";

const NAME = "pinbox.agent";

export class Seat {
  /** @type {import("../vendor/preact.js").Signal<import("../core/shapes.js").AgentRef | null>} who is
   * signed in in this browser by now, where it is not who sat here */
  other = signal(null);
  #desk;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Hear of other tabs. */
  listen() {
    addEventListener("storage", ({ key, newValue }) => {
      if (key === NAME) void this.#heard(newValue);
    });
  }

  /** This agent sits here now. @param {string} agent */
  take(agent) {
    this.other.value = null;
    actFor(agent);
    this.#tell((storage) => storage.setItem(NAME, agent));
  }

  /** Nobody does, in this tab. */
  leave() {
    actFor(null);
  }

  /** Nor in any other: the session has ended. Who has come in meanwhile stays. */
  end() {
    const mine = this.#desk.me.value?.id;
    this.#tell((storage) => {
      if (storage.getItem(NAME) === mine) storage.removeItem(NAME);
    });
  }

  /**
   * Ask who is signed in by now. `back`: who sat here may go on, if it is them.
   *
   * @param {{ back?: boolean }} [how]
   */
  async look({ back = false } = {}) {
    const desk = this.#desk;
    const mine = desk.me.value;
    if (mine === null) return;
    try {
      const now = await getMe();
      if (desk.phase.value !== "out") return;
      if (now.agent.id !== mine.id) {
        this.other.value = now.agent;
        desk.voice.say(this.told());
      } else if (back) await desk.enter(now);
    } catch {
      // Nobody is, or nobody knows now: the sign-in page stands there.
    }
  }

  /** What is to be known of it, in words. */
  told() {
    const { words, me } = this.#desk;
    return words.say("signin.taken", { other: this.other.value?.name, name: me.value?.name });
  }

  /** Somebody has signed in or out in another tab. @param {string | null} agent */
  async #heard(agent) {
    const desk = this.#desk;
    if (desk.me.value === null || desk.phase.value === "starting") return;
    if (desk.phase.value === "in" && agent === desk.me.value.id) return;
    // Nothing more goes out from here, whatever is found.
    if (desk.phase.value !== "out") desk.oust();
    if (desk.ended.value) await this.look({ back: true });
  }

  /** @param {(storage: Storage) => void} act */
  #tell(act) {
    try {
      if (this.#desk.storage !== null) act(this.#desk.storage);
    } catch {
      // Other tabs hear it from the server, at their next request.
    }
  }
}
