/**
 * The page that embeds this one: it hands over tokens and the theme, by `postMessage`, and only if it
 * is of an origin that the company has named.
 *
 *     this page → host   { pinbox: "ready" } · { pinbox: "token?" } · { pinbox: "unread", count }
 *                        { pinbox: "close" }
 *     host → this page   { pinbox: "token", token } · { pinbox: "theme", color, name, logo }
 */

import { PinboxError, unreachable } from "../lib/problems.js";

const PATIENCE_MS = 15_000;

export class Host {
  #origins;
  /** @type {((token: string) => void)[]} */
  #waiting = [];
  #theme;

  /**
   * @param {readonly string[]} origins
   * @param {(theme: { color?: string, name?: string, logo?: string }) => void} theme
   */
  constructor(origins, theme) {
    // Where the browser tells whose page it is, the others need not be tried.
    const above = location.ancestorOrigins?.[0];
    this.#origins = above === undefined ? origins : origins.filter((one) => one === above);
    this.#theme = theme;
    addEventListener("message", (event) => this.#hear(event));
    // What is typed in here does not reach the page around; a dialog's Escape is the dialog's own.
    addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Escape" && !isComposing && document.querySelector("dialog[open]") === null) this.#say({ pinbox: "close" });
    });
    this.#say({ pinbox: "ready" });
  }

  /** A new token. Rejects with `unauthorized` where the host has none. @returns {Promise<string>} */
  async token() {
    const token = await new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      setTimeout(() => reject(unreachable("the embedding page gives no token")), PATIENCE_MS);
      this.#say({ pinbox: "token?" });
    });
    if (token === "") throw new PinboxError("unauthorized", "nobody is signed in there");
    return token;
  }

  /** @param {number} count */
  unread(count) {
    this.#say({ pinbox: "unread", count });
  }

  /** The browser gives it to the host only if the host is of that origin. @param {object} message */
  #say(message) {
    for (const origin of this.#origins) parent.postMessage(message, origin);
  }

  /** @param {MessageEvent} event */
  #hear({ source, origin, data }) {
    if (source !== parent || !this.#origins.includes(origin)) return;
    if (data?.pinbox === "theme") this.#theme(data);
    if (data?.pinbox !== "token" || typeof data.token !== "string") return;
    for (const resolve of this.#waiting.splice(0)) resolve(data.token);
  }
}
