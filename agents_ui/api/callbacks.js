/** The addresses of callbacks, by name. */

import { call } from "./calls.js";

const DESK = "/v1/desk";
const one = (/** @type {string} */ id) => `${DESK}/callbacks/${id}`;

/** @param {"open" | "over"} view @param {string | null} [cursor] */
export const listCallbacks = (view, cursor = null) =>
  call("GET", `${DESK}/callbacks`, { query: { view, cursor, limit: 50 } });
export const takeCallback = (/** @type {string} */ id) => call("POST", `${one(id)}/take`);
/** @param {string} id @param {{ outcome: "spoke" | "no_answer", remark?: string }} made */
export const attemptCallback = (id, made) => call("POST", `${one(id)}/attempt`, { body: made });
export const cancelCallback = (/** @type {string} */ id) => call("DELETE", one(id));
/** @param {string} thread @param {string | null} day @param {boolean} anyHour */
export const listSlots = (thread, day, anyHour) =>
  call("GET", `${DESK}/threads/${thread}/callbacks/slots`, {
    query: { day, any_hour: anyHour ? "true" : null },
  });
/** @param {string} thread @param {any} draft */
export const bookCallback = (thread, draft) =>
  call("POST", `${DESK}/threads/${thread}/callbacks`, { body: draft });
