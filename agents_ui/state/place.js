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

/**
 * Which of both is in front where the screen has room for one.
 *
 * @type {import("../vendor/preact.js").Signal<"list" | "thread">}
 */
export const front = signal(place.value.thread === null ? "list" : "thread");

window.addEventListener("hashchange", () => {
  const next = placeOf(location.hash);
  const { view, thread } = place.value;
  if (next.view === view && next.thread === thread) return;
  front.value = next.thread !== null && next.thread !== thread ? "thread" : "list";
  place.value = next;
});

/** @param {Partial<At>} to what is not named stays */
export function go(to) {
  const next = { ...place.value, ...to };
  front.value = to.thread ? "thread" : "list";
  if (addressOf(next) !== location.hash) location.hash = addressOf(next);
  place.value = next;
}
