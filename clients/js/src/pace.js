/**
 * When to try again and whether to: jittered waits, and what a close code asks for.
 *
 * @typedef {object} Pace Every wait of a client, in seconds. The defaults are the contract's.
 * @property {number} base_s
 * @property {number} cap_s
 * @property {number} open_s A connection that has no `welcome` by then is given up.
 * @property {number} request_s
 * @property {number} poll_s How long the server may hold a long poll: 0–25.
 * @property {number} tries_before_poll So many failures to get a live socket in a row, and the
 *   client falls back to long polls…
 * @property {number} socket_again_s …and tries the socket again after this.
 * @property {number} renew_before_s A token is renewed this long before it ends, or in the last
 *   fifth of a shorter life.
 */

/** @type {Readonly<Pace>} */
export const PACE = Object.freeze({
  base_s: 0.5,
  cap_s: 30,
  open_s: 10,
  request_s: 30,
  poll_s: 25,
  tries_before_poll: 3,
  socket_again_s: 60,
  renew_before_s: 60,
});

export const BAD_FRAME = 4501;

/**
 * Seconds to wait before the next try, after so many failures in a row.
 *
 * `random(0, min(cap, base · 2ⁿ))`, so that clients which lost one server do not come back at one
 * moment. `atLeast` is a `Retry-After`: the jitter comes on top of it, never instead.
 *
 * @param {Pace} pace
 * @param {number} tries
 * @param {() => number} chance a random number in [0, 1)
 * @param {number} [atLeast]
 */
export function wait(pace, tries, chance, atLeast = 0) {
  return atLeast + chance() * Math.min(pace.cap_s, pace.base_s * 2 ** Math.min(tries, 32));
}

/**
 * What a close code asks for: come back, come back with a new token, or stay away.
 *
 * @param {number} code
 * @returns {"again" | "renew" | "stop"}
 */
export function afterClose(code) {
  if (code >= 4500 && code <= 4999) return "stop";
  return code === 4005 ? "renew" : "again";
}
