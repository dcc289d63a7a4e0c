/**
 * Promises of an agent's own conversations that have lapsed, pure: each is said once.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 */

import { nameOf } from "./announcing.js";
import { pressing } from "./promises.js";

const FEW = 2;

/**
 * Whose promises are over and are not answered.
 *
 * @param {Iterable<Summary>} threads
 * @param {{ me: string, now: number }} given
 * @returns {Map<string, Summary>} by what is the same as long as it is the same promise
 */
export function lapsed(threads, { me, now }) {
  const late = new Map();
  for (const thread of threads) {
    const { assignee, waiting_since: since, promise } = thread;
    if (assignee?.id !== me || since === null || !promise) continue;
    if (pressing(thread, now) === "late") late.set(`${thread.id} ${promise.expect_by}`, thread);
  }
  return late;
}

/**
 * What is said of those that have just lapsed.
 *
 * @param {Summary[]} threads
 * @param {{ open: string | null, loudness: import("./announcing.js").Loudness }} given
 * @returns {import("./announcing.js").Saying[]}
 */
export function lapseSayings(threads, { open, loudness }) {
  if (loudness === "off") return [];
  const heard = threads.filter(({ id }) => loudness !== "open" || id === open);
  if (heard.length > FEW) return [{ word: "say.lapsed.many", count: heard.length }];
  return heard.map((thread) => ({ word: "say.lapsed", name: nameOf(thread) }));
}
