/**
 * The desk's lists, pure: which thread is in which, and in what order, as the server has them.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {"mine" | "waiting" | "team" | "all" | "snoozed"} View
 * @typedef {{ id: string, teams: ReadonlySet<string> }} Me
 */

import { dueAt } from "./promises.js";

/** @type {readonly View[]} */
export const VIEWS = Object.freeze(["mine", "waiting", "team", "all", "snoozed"]);

/** @type {Record<View, (thread: Summary, me: Me) => boolean>} */
const BELONGS = {
  mine: (thread, me) => thread.assignee?.id === me.id && thread.status?.state !== "resolved",
  waiting: (thread, me) =>
    state(thread) === "open" &&
    thread.assignee === null &&
    thread.waiting_since !== null &&
    me.teams.has(thread.serving.team.id),
  team: (thread, me) => state(thread) === "open" && me.teams.has(thread.serving.team.id),
  all: (thread) => thread.last_message !== null,
  snoozed: (thread, me) => state(thread) === "snoozed" && me.teams.has(thread.serving.team.id),
};

/** @param {Summary} thread */
function state(thread) {
  return thread.status?.state;
}

/**
 * Whether a thread is in a list.
 *
 * @param {View} view
 * @param {Summary} thread
 * @param {Me} me
 */
export function belongs(view, thread, me) {
  return thread.status !== null && BELONGS[view](thread, me);
}

/**
 * What a list is ordered by: whose answer was promised first, who wakes next, or the newest message first.
 *
 * @param {View} view
 * @param {Summary} thread
 * @returns {[number, string]} rising along the list
 */
export function rank(view, thread) {
  if (view === "all") return [-time(thread.last_message?.sent_at, 0), invert(thread.id)];
  const at = view === "snoozed" ? thread.status?.until : dueAt(thread);
  return [time(at, Infinity), thread.id];
}

/** @param {string | null | undefined} text @param {number} otherwise */
function time(text, otherwise) {
  return text ? Date.parse(text) : otherwise;
}

/** Ids sink where times rise: the same order turned round. @param {string} id */
function invert(id) {
  return id.replace(/[0-9a-f]/g, (digit) => (15 - parseInt(digit, 16)).toString(16));
}

/**
 * @param {View} view
 * @param {Summary} a
 * @param {Summary} b
 */
export function compare(view, a, b) {
  const [first, firstId] = rank(view, a);
  const [second, secondId] = rank(view, b);
  if (first !== second) return first < second ? -1 : 1;
  return firstId < secondId ? -1 : Number(firstId > secondId);
}

/**
 * A list as it is shown: those of the loaded pages, and whatever came since and stands among them.
 * What stands beyond the last loaded page comes with its page.
 *
 * @param {View} view
 * @param {Iterable<Summary>} threads
 * @param {Me} me
 * @param {Summary | null} last the last of the loaded pages, null where all is loaded
 */
export function listed(view, threads, me, last) {
  const found = [];
  for (const thread of threads) {
    if (!belongs(view, thread, me)) continue;
    if (last === null || compare(view, thread, last) <= 0) found.push(thread);
  }
  return found.sort((a, b) => compare(view, a, b));
}

/**
 * The next thread that needs this agent: their own that wait, then the queue, each as they are due.
 *
 * @param {Iterable<Summary>} threads
 * @param {Me} me
 * @param {string | null} open the one that is open now, which is passed over
 */
export function nextNeeding(threads, me, open) {
  const others = [...threads].filter((thread) => thread.id !== open);
  const mine = others.filter(
    (thread) =>
      belongs("mine", thread, me) && state(thread) === "open" && thread.waiting_since !== null,
  );
  const queue = others.filter((thread) => belongs("waiting", thread, me));
  const byWait = (/** @type {Summary} */ a, /** @type {Summary} */ b) => compare("team", a, b);
  return mine.sort(byWait)[0] ?? queue.sort(byWait)[0] ?? null;
}
