/**
 * The language that is spoken. The texts of one that is chosen may not be there, as without network:
 * then the old one stays, and that is said.
 */

import { effect, signal } from "../vendor/preact.js";
import { LANGUAGES, languageOf } from "../words/index.js";

export class Tongue {
  /** @type {import("../vendor/preact.js").Signal<string | null>} the language that could not be had, by its name */
  missing = signal(null);
  #desk;
  /** What was chosen when the language that is spoken came. */
  #before;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#before = desk.settings.chosen.peek().language;
  }

  /** Follow what is chosen. */
  follow() {
    effect(() => {
      const { language } = this.#desk.settings.chosen.value;
      void this.#use(language);
    });
  }

  /** @param {string} chosen */
  async #use(chosen) {
    const { words, settings } = this.#desk;
    const next = languageOf(chosen, navigator.languages);
    if (next === words.language.peek()) {
      this.#before = chosen;
      return;
    }
    try {
      await words.use(next);
      if (settings.chosen.peek().language !== chosen) return;
      this.#before = chosen;
      this.missing.value = null;
      // What was told in the language before is no news.
      this.#desk.told.value = null;
    } catch {
      if (settings.chosen.peek().language !== chosen) return;
      this.#lost(next, chosen);
    }
  }

  /** @param {string} language @param {string} chosen */
  #lost(language, chosen) {
    const { words, settings, dialog } = this.#desk;
    const name = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (language)];
    const text = words.say("settings.language.lost", { name });
    if (dialog.peek() === "settings") this.#desk.voice.say(text);
    else this.#desk.tell(text);
    this.missing.value = name;
    // What was chosen before this page came stays chosen: the next one may have it.
    if (chosen !== this.#before) settings.choose({ language: this.#before });
  }
}
