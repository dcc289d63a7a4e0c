/**
 * Where the agent is: a list, and a thread in it; or one of the leads' rooms, and a place inside it.
 * It stands in the address, so that going back, reloading and passing a link on work as everywhere:
 * `#/waiting`, `#/waiting/<thread>`, `#/board`, `#/teams/<team>/hours`.
 *
 * @typedef {import("../core/views.js").View} View
 * @typedef {"board" | "reports" | "teams" | "admin"} Room
 * @typedef {{ view: View | "search" | "callbacks" | Room, thread: string | null,
 *   inside: readonly string[] }} At
 */

import { signal } from "../vendor/preact.js";
import { VIEWS } from "../core/views.js";

const FIRST = "mine";
/** @type {readonly Room[]} */
export const ROOMS = Object.freeze(["board", "reports", "teams", "admin"]);
const THREAD = /^[0-9a-f-]{36}$/;

/** Whether it is a room of the leads, which has the screen to itself. @param {string} view @returns {view is Room} */
export function isRoom(view) {
  return ROOMS.includes(/** @type {Room} */ (view));
}

/** @param {string} hash @returns {At} */
export function placeOf(hash) {
  const [, view = "", ...rest] = hash.split("/").map(decoded);
  if (isRoom(view)) return { view, thread: null, inside: rest.filter((part) => part !== "") };
  const known = view === "search" || view === "callbacks" || VIEWS.includes(/** @type {View} */ (view));
  const [thread = ""] = rest;
  return {
    view: known ? /** @type {View} */ (view) : FIRST,
    thread: THREAD.test(thread) ? thread : null,
    inside: [],
  };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {{ view: string, thread?: string | null, inside?: readonly string[] }} at */
export function addressOf({ view, thread = null, inside = [] }) {
  const rest = isRoom(view) ? inside : thread === null ? [] : [thread];
  return `#/${[view, ...rest].map(encodeURIComponent).join("/")}`;
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
  const { thread } = place.value;
  if (addressOf(next) === addressOf(place.value)) return;
  front.value = next.thread !== null && next.thread !== thread ? "thread" : "list";
  place.value = next;
});

/** @param {Partial<At>} to what is not named stays, but for the place inside a room */
export function go(to) {
  const next = { ...place.value, inside: [], ...to };
  // A thread stands in a list, and a room has none.
  if (to.thread && isRoom(next.view)) next.view = FIRST;
  if (isRoom(next.view)) next.thread = null;
  front.value = to.thread ? "thread" : "list";
  if (addressOf(next) !== location.hash) location.hash = addressOf(next);
  place.value = next;
}
