/**
 * The times that are offered for a snooze, pure; by the agent's own clock.
 *
 * @typedef {{ word: string, until: string }} Snooze
 */

const MORNING = 9;
const HOUR_MS = 3_600_000;

/**
 * @param {Date} now
 * @returns {Snooze[]} `opening` is the server's word for when the team opens next
 */
export function snoozes(now) {
  const morning = (/** @type {number} */ days) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING).toISOString();
  const after = (/** @type {number} */ hours) =>
    new Date(now.getTime() + hours * HOUR_MS).toISOString();
  return [
    { word: "snooze.hour", until: after(1) },
    { word: "snooze.later", until: after(3) },
    { word: "snooze.tomorrow", until: morning(1) },
    { word: "snooze.week", until: morning(8 - (now.getDay() || 7)) },
    { word: "snooze.opening", until: "opening" },
  ];
}
