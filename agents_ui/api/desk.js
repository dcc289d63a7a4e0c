/**
 * Every address that the desk uses, by name, on one screen.
 *
 * @typedef {import("../core/shapes.js").Summary} Summary
 * @typedef {import("../core/shapes.js").Item} Item
 */

import { call } from "./calls.js";

const DESK = "/v1/desk";
const of = (/** @type {string} */ thread) => `${DESK}/threads/${thread}`;

/** @param {string} name @param {string} password */
export const signIn = (name, password) =>
  call("POST", `${DESK}/session`, { body: { name, password } });
export const signOut = () => call("DELETE", `${DESK}/session`);
export const getMe = () => call("GET", `${DESK}/me`);
export const setDuty = (/** @type {boolean} */ on) => call("PUT", `${DESK}/me/duty`, { body: { on } });
export const getTeams = () => call("GET", `${DESK}/team`);
export const listTeams = () => call("GET", `${DESK}/teams`);

/** @param {import("../core/views.js").View} view @param {string | null} [cursor] */
export const listThreads = (view, cursor = null, limit = 50) =>
  call("GET", `${DESK}/queue`, { query: { view, cursor, limit } });
export const getThread = (/** @type {string} */ thread) => call("GET", of(thread));
/** @param {string} thread @param {string | null} [before] */
export const getTimeline = (thread, before = null, limit = 50) =>
  call("GET", `${of(thread)}/timeline`, { query: { before, limit } });
/** @param {string} thread @param {string | null} [before] */
export const getPushes = (thread, before = null) =>
  call("GET", `${of(thread)}/pushes`, { query: { before, limit: 20 } });

/** @param {import("../outbox/entry.js").Entry} entry @param {string[]} attachments ids of uploads */
export const sendEntry = ({ thread, kind, client_id, body, seen_seq, force }, attachments) =>
  kind === "note"
    ? call("POST", `${of(thread)}/notes`, { body: { client_id, body } })
    : call("POST", `${of(thread)}/messages`, {
        body: { client_id, body, seen_seq, force, ...(attachments.length > 0 && { attachments }) },
      });

export const take = (/** @type {string} */ thread) => call("POST", `${of(thread)}/take`);
export const release = (/** @type {string} */ thread) => call("POST", `${of(thread)}/release`);
export const resolve = (/** @type {string} */ thread) => call("POST", `${of(thread)}/resolve`);
export const reopen = (/** @type {string} */ thread) => call("POST", `${of(thread)}/reopen`);
/** @param {string} thread @param {string} agent @param {boolean} [force] above the hard limit */
export const assign = (thread, agent, force = false) =>
  call("POST", `${of(thread)}/assign`, { body: force ? { agent, force } : { agent } });
/** @param {string} thread @param {{ team: string, reason: string, until?: string, note?: string }} terms */
export const cover = (thread, terms) => call("POST", `${of(thread)}/cover`, { body: terms });
/** @param {string} thread @param {string} [note] for the home team */
export const uncover = (thread, note = "") =>
  call("DELETE", `${of(thread)}/cover`, { body: note === "" ? {} : { note } });
/** @param {string} thread @param {string} until an RFC 3339 time, or `opening` */
export const snooze = (thread, until) => call("POST", `${of(thread)}/snooze`, { body: { until } });
/** @param {string} thread @param {string} team @param {string} reason */
export const transfer = (thread, team, reason) =>
  call("POST", `${of(thread)}/transfer`, { body: { team, reason } });
/** @param {string} thread @param {number} upto */
export const markRead = (thread, upto) => call("POST", `${of(thread)}/read`, { body: { upto } });

/** @param {string} q @param {string | null} [cursor] @param {AbortSignal} [signal] */
export const search = (q, cursor = null, signal = undefined) =>
  call("GET", `${DESK}/search`, { query: { q, cursor, limit: 30 }, signal });
export const listCanned = (/** @type {string | null} */ thread = null) =>
  call("GET", `${DESK}/canned`, { query: { thread } });
