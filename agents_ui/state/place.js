/**
 * Where the agent is: a list, and a thread in it. It stands in the address, so that going back,
 * reloading and passing a link on work as everywhere: `#/waiting`, `#/waiting/<thread>`.
 *
 * @typedef {import("../core/views.js").View} View
 * @typedef {{ view: View | "search", thread: string | null }} At
 */

import { signal } from "../vendor/preact.js";
import { VIEWS } from "../core/views.js";

const FIRST = "mine";
const THREAD = /^[0-9a-f-]{36}$/;

/** @param {string} hash @returns {At} */
export function placeOf(hash) {
  const [, view = "", thread = ""] = hash.split("/");
  const known = view === "search" || VIEWS.includes(/** @type {View} */ (view));
  return {
    view: known ? /** @type {View} */ (view) : FIRST,
    thread: THREAD.test(thread) ? thread : null,
  };
}

/** @param {At} at */
export function addressOf({ view, thread }) {
  return thread === null ? `#/${view}` : `#/${view}/${thread}`;
}

export const place = signal(placeOf(location.hash));

window.addEventListener("hashchange", () => (place.value = placeOf(location.hash)));

/** @param {Partial<At>} to what is not named stays */
export function go(to) {
  const next = { ...place.value, ...to };
  if (addressOf(next) !== location.hash) location.hash = addressOf(next);
  place.value = next;
}
