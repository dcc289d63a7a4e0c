/**
 * For whom this page acts. One browser has one session for all its tabs, and no script sees its
 * cookie: each request names the agent, and the server refuses it once somebody else has signed in.
 */

/** @type {string | null} */
let agent = null;

/** From now on everything is asked for in this agent's name; null: in that of whoever it is. @param {string | null} id */
export function actFor(id) {
  agent = id;
}

/** @returns {Record<string, string>} what each request says of it */
export function inWhoseName() {
  return agent === null ? {} : { "Pinbox-Agent": agent };
}
