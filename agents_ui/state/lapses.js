/** Says once, and politely, that what was promised in a conversation of this agent's own is over. */

import { lapseSayings, lapsed } from "../core/lapses.js";
import { effect } from "../vendor/preact.js";
import { now } from "./clock.js";
import { place } from "./place.js";

export class Lapses {
  /** @type {Set<string> | null} those that were said, or were over before this agent came */
  #known = null;
  #desk;
  #agent = "";
  #stop = () => {};

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** The lists of this agent are there: from now on what lapses is said. @param {string} agent */
  watch(agent) {
    this.#stop();
    if (agent !== this.#agent) this.#known = null;
    this.#agent = agent;
    this.#stop = effect(() => {
      this.#look(lapsed(this.#desk.lists.threads.value.values(), { me: agent, now: now.value }));
    });
  }

  end() {
    this.#stop();
  }

  /** @param {ReturnType<typeof lapsed>} late */
  #look(late) {
    const { words, voice, settings } = this.#desk;
    const first = this.#known === null;
    const known = (this.#known ??= new Set());
    const fresh = [...late].filter(([promise]) => !known.has(promise));
    for (const [promise] of fresh) known.add(promise);
    if (first) return;
    const { loudness } = settings.chosen.peek();
    const threads = fresh.map(([, thread]) => thread);
    for (const { word, ...given } of lapseSayings(threads, { open: place.peek().thread, loudness })) {
      voice.say(words.say(word, given));
    }
  }
}
