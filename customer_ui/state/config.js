/**
 * What the company has set for this page.
 *
 * @typedef {object} Config
 * @property {string} name what the company calls its care
 * @property {string} color
 * @property {string} logo an address on this server
 * @property {string[]} origins whose pages may embed this one and hand it tokens
 * @property {string} token_url where a signed-in customer's browser gets a token
 * @property {string} sign_in_url where a customer signs in
 * @property {boolean} token_in_address whether `#token=…` counts: for demonstrations
 */

import { tokens } from "../core/colour.js";

/** @returns {Config} */
export function readConfig() {
  const found = document.querySelector('meta[name="pinbox-app"]');
  return JSON.parse(/** @type {HTMLMetaElement} */ (found).content);
}

/**
 * Put a colour on the page; what is none changes nothing.
 *
 * @param {string | undefined} color
 */
export function paint(color) {
  const made = tokens(color ?? "");
  if (made === null) return;
  const { style } = document.documentElement;
  style.setProperty("--accent-fill", made.fill);
  style.setProperty("--on-accent", made.on);
  style.setProperty("--accent", `light-dark(${made.light}, ${made.dark})`);
}
