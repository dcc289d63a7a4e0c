/**
 * What the desk says, in the agent's language: one file of texts for each. English is always there,
 * the others are loaded when they are chosen.
 *
 * A text may have `{name}`, and may be told by number: `{ one: "{count} message", other: … }`.
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }} Text
 * @typedef {Record<string, Text>} Texts
 */

import { timesIn } from "../core/times.js";
import { computed, signal } from "../vendor/preact.js";
import en from "./en.js";

/** Each language by its own name. */
export const LANGUAGES = Object.freeze({
  en: "English",
  es: "Español",
  zh: "中文",
  ko: "한국어",
  ja: "日本語",
});

/**
 * The language to begin with.
 *
 * @param {string} chosen `auto`, or one of `LANGUAGES`
 * @param {readonly string[]} wanted by the browser, the dearest first
 */
export function languageOf(chosen, wanted) {
  const known = Object.keys(LANGUAGES);
  if (known.includes(chosen)) return chosen;
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => known.includes(tag)) ?? "en";
}

/**
 * A text with its gaps filled.
 *
 * @param {Texts} texts
 * @param {string} language
 * @param {string} word
 * @param {Record<string, unknown>} [given]
 */
export function told(texts, language, word, given = {}) {
  const text = texts[word] ?? en[/** @type {keyof typeof en} */ (word)];
  if (text === undefined) throw new Error(`there is no text ${word}`);
  const numbers = new Intl.NumberFormat(language);
  const plain =
    typeof text === "string"
      ? text
      : (text[new Intl.PluralRules(language).select(Number(given.count))] ?? text.other);
  return plain.replace(/\{(\w+)\}/g, (_, name) => {
    const value = given[name];
    return typeof value === "number" ? numbers.format(value) : String(value ?? "");
  });
}

export class Words {
  language = signal("en");
  /** @type {import("../vendor/preact.js").Signal<Texts>} */
  #texts = signal(/** @type {Texts} */ (en));
  /** @type {Set<string>} folders of texts that are there beside the desk's own */
  #parts = new Set();
  #turn = 0;
  times = computed(() => timesIn(this.language.value));

  /**
   * Speak another language. Rejects where its texts cannot be had: then all stays as it was.
   *
   * @param {string} language one of `LANGUAGES`
   */
  async use(language) {
    this.#turn += 1;
    const turn = this.#turn;
    const { default: own } = language === "en" ? { default: en } : await import(`./${language}.js`);
    const more = await Promise.all([...this.#parts].map((part) => textsOf(part, language)));
    // Somebody who has chosen another meanwhile gets that one.
    if (turn !== this.#turn) return;
    this.#texts.value = Object.assign({}, own, ...more);
    this.language.value = language;
    document.documentElement.lang = language;
  }

  /** Have the texts of a folder, too, from now on. @param {string} part */
  async need(part) {
    if (this.#parts.has(part)) return;
    const texts = await textsOf(part, this.language.value);
    this.#parts.add(part);
    this.#texts.value = { ...this.#texts.value, ...texts };
  }

  /** Whether there is such a text. @param {string} word */
  knows(word) {
    return word in this.#texts.value;
  }

  /** @param {string} word @param {Record<string, unknown>} [given] */
  say(word, given) {
    return told(this.#texts.value, this.language.value, word, given);
  }
}

/** @param {string} part @param {string} language @returns {Promise<Texts>} */
async function textsOf(part, language) {
  return (await import(`./${part}/${language}.js`)).default;
}
