/**
 * What an agent has chosen for this browser.
 *
 * @typedef {object} Chosen
 * @property {"auto" | "light" | "dark"} theme
 * @property {string} language `auto`, or one of the word files
 * @property {import("../core/announcing.js").Loudness} loudness
 * @property {boolean} characters whether single characters are commands
 * @property {Record<string, string>} remapped command → its character, `""` for none
 * @property {boolean} enter whether Enter sends, and Shift+Enter makes a new line
 */

import { signal } from "../vendor/preact.js";

const NAME = "pinbox.settings";

/** @type {Chosen} */
const DEFAULTS = {
  theme: "auto",
  language: "auto",
  loudness: "mine",
  characters: true,
  remapped: {},
  enter: false,
};

export class Settings {
  #storage;

  /** @param {Storage | null} storage */
  constructor(storage) {
    this.#storage = storage;
    this.chosen = signal({ ...DEFAULTS, ...this.#read() });
  }

  /** @param {Partial<Chosen>} change */
  choose(change) {
    this.chosen.value = { ...this.chosen.value, ...change };
    try {
      this.#storage?.setItem(NAME, JSON.stringify(this.chosen.value));
    } catch {
      // A full or forbidden storage keeps nothing; the choice holds until the tab goes.
    }
  }

  /** @returns {Partial<Chosen>} */
  #read() {
    try {
      return JSON.parse(this.#storage?.getItem(NAME) ?? "{}");
    } catch {
      return {};
    }
  }
}
