/**
 * The one announcer: a polite live region that stands in the page from its first paint. A burst is
 * said in one go, and the region is emptied afterwards, so that nothing is read twice by walking.
 *
 * While a dialog is open all behind it is out of reach of screen readers, the announcer too: each
 * dialog has a region of its own (`data-voice`), and what is to be said is said there.
 */

const GATHER_MS = 150;
const EMPTY_MS = 4_000;

export class Voice {
  #region;
  /** @type {string[]} */
  #waiting = [];
  #gathering = 0;
  #emptying = 0;

  /** @param {HTMLElement} region */
  constructor(region) {
    this.#region = region;
  }

  /** @param {string} text */
  say(text) {
    if (text === "") return;
    this.#waiting.push(text);
    if (this.#gathering === 0) this.#gathering = window.setTimeout(() => this.#speak(), GATHER_MS);
  }

  #speak() {
    this.#gathering = 0;
    const text = this.#waiting.splice(0).join(" ");
    const region = document.querySelector("dialog:modal [data-voice]") ?? this.#region;
    // The same words again are news too, which a region that already holds them would not tell.
    region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    window.clearTimeout(this.#emptying);
    this.#emptying = window.setTimeout(() => {
      for (const one of document.querySelectorAll("[data-voice]")) one.textContent = "";
    }, EMPTY_MS);
  }
}
