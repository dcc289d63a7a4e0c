/**
 * Whose a conversation is and was, pure; and what counts for an agent's load.
 *
 * @typedef {import("./shapes.js").Item} Item
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {import("./shapes.js").TakenBack} TakenBack
 */

/** Why a conversation goes back to the queue by itself, as the server names it. */
const WENT_BACK = /** @type {const} */ ({
  "off duty": "off",
  "not answered": "late",
  "left the team": "left",
});
const ACTIVE_MS = 15 * 60_000;

/** @param {string | undefined} reason @returns {TakenBack["why"] | undefined} */
export function wentBack(reason) {
  return WENT_BACK[/** @type {keyof typeof WENT_BACK} */ (reason ?? "")];
}

/** By which rule somebody was given it; undefined where by hand. @param {string | undefined} reason */
export function handedBy(reason = "") {
  if (reason === "answered last") return "last";
  return reason.startsWith("least loaded") ? "least" : undefined;
}

/**
 * From whom a conversation that is in the queue was taken back.
 *
 * @param {readonly Item[]} items of its log, in order
 * @returns {TakenBack | null}
 */
export function takenBack(items) {
  const at = items.findLastIndex(({ type }) => type === "assignee");
  const last = items[at];
  const why = wentBack(last?.reason);
  if (last === undefined || last.assignee !== null || why === undefined) return null;
  const before = items.slice(0, at).findLast(({ type, assignee }) => type === "assignee" && assignee);
  return before === undefined ? null : { name: before.assignee.name, why };
}

/**
 * How many conversations count for an agent's load: whose customer waits, or in which somebody
 * wrote within the last quarter of an hour.
 *
 * @param {Iterable<Summary>} threads
 * @param {string} agent
 * @param {number} now
 */
export function activeOf(threads, agent, now) {
  let count = 0;
  for (const { assignee, status, waiting_since: since, last_message: last } of threads) {
    if (assignee?.id !== agent || status?.state !== "open") continue;
    if (since !== null || (last !== null && now - Date.parse(last.sent_at) < ACTIVE_MS)) count += 1;
  }
  return count;
}
