/** Every address for leads and admins, by name, on one screen. */

import { call } from "./calls.js";

const DESK = "/v1/desk";
const ADMIN = "/v1/admin";
const teamOf = (/** @type {string} */ team) => `${ADMIN}/teams/${team}`;
const agentOf = (/** @type {string} */ agent) => `${ADMIN}/agents/${agent}`;
const hookOf = (/** @type {string} */ webhook) => `${ADMIN}/webhooks/${webhook}`;
const customerOf = (/** @type {string} */ id) => `${ADMIN}/customers/${encodeURIComponent(id)}`;

/** @typedef {Record<string, string | number | null | undefined>} Query */

export const getBoard = () => call("GET", `${DESK}/board`);
export const getReport = (/** @type {Query} */ query) => call("GET", `${DESK}/reports`, { query });
/** Where the same report is a file. @param {Record<string, string>} query */
export const reportFile = (query) => `${DESK}/reports?${new URLSearchParams({ ...query, format: "csv" })}`;

export const listAllTeams = () => call("GET", `${DESK}/teams`);
/** @param {string} team @param {object} body */
export const beginStorm = (team, body) => call("POST", `${DESK}/team/${team}/storm`, { body });
export const endStorm = (/** @type {string} */ team) => call("DELETE", `${DESK}/team/${team}/storm`);
/** @param {string} team @param {string | null} notice */
export const setNotice = (team, notice) => call("PUT", `${DESK}/team/${team}/notice`, { body: { notice } });
/** @param {string} team @param {string | null} line */
export const setLine = (team, line) => call("PUT", `${DESK}/team/${team}/line`, { body: { line } });

export const getPage = (/** @type {string} */ team) => call("GET", `${DESK}/team/${team}/page`);
/** @param {string} team @param {object} body */
export const changePage = (team, body) => call("PATCH", `${DESK}/team/${team}/page`, { body });
/** @param {string} team @param {string} agent @param {object} body */
export const changePerson = (team, agent, body) => call("PATCH", `${DESK}/team/${team}/people/${agent}`, { body });
export const getTeam = (/** @type {string} */ team) => call("GET", teamOf(team));
export const listTeams = () => call("GET", `${ADMIN}/teams`);
export const addTeam = (/** @type {object} */ body) => call("POST", `${ADMIN}/teams`, { body });
/** @param {string} team @param {object} body */
export const changeTeam = (team, body) => call("PATCH", teamOf(team), { body });
export const getHours = (/** @type {string} */ team) => call("GET", `${teamOf(team)}/hours`);
/** @param {string} team @param {object | null} weekly */
export const setHours = (team, weekly) => call("PUT", `${teamOf(team)}/hours`, { body: { weekly } });
/** @param {string} team @param {Query} query */
export const findHolidays = (team, query) => call("GET", `${teamOf(team)}/holidays`, { query });
/** @param {string} team @param {object[]} days */
export const setDays = (team, days) => call("PUT", `${teamOf(team)}/holidays`, { body: { days } });
export const getRules = (/** @type {string} */ team) => call("GET", `${teamOf(team)}/rules`);
/** @param {string} team @param {object} body */
export const setRules = (team, body) => call("PATCH", `${teamOf(team)}/rules`, { body });
/** What the server says of its own shapes. */
export const getShapes = () => call("GET", "/openapi.json");

export const setCanned = (/** @type {object} */ body) => call("PUT", `${DESK}/canned`, { body });
export const removeCanned = (/** @type {string} */ canned) => call("DELETE", `${DESK}/canned/${canned}`);

export const listAgents = () => call("GET", `${ADMIN}/agents`);
export const addAgent = (/** @type {object} */ body) => call("POST", `${ADMIN}/agents`, { body });
/** @param {string} agent @param {object} body */
export const changeAgent = (agent, body) => call("PATCH", agentOf(agent), { body });
/** @param {string} agent @param {string} password */
export const setPassword = (agent, password) => call("PUT", `${agentOf(agent)}/password`, { body: { password } });
export const getShift = (/** @type {string} */ agent) => call("GET", `${agentOf(agent)}/shift`);
/** @param {string} agent @param {object} body */
export const setShift = (agent, body) => call("PUT", `${agentOf(agent)}/shift`, { body });
export const listTokens = (/** @type {string} */ agent) => call("GET", `${ADMIN}/tokens`, { query: { agent } });
/** @param {string} agent @param {string | null} label */
export const addToken = (agent, label) => call("POST", `${ADMIN}/tokens`, { body: { agent, label } });
export const revokeToken = (/** @type {string} */ token) => call("DELETE", `${ADMIN}/tokens/${token}`);

export const listWebhooks = () => call("GET", `${ADMIN}/webhooks`);
export const addWebhook = (/** @type {object} */ body) => call("POST", `${ADMIN}/webhooks`, { body });
/** @param {string} webhook @param {object} body */
export const changeWebhook = (webhook, body) => call("PUT", hookOf(webhook), { body });
export const removeWebhook = (/** @type {string} */ webhook) => call("DELETE", hookOf(webhook));
/** @param {string} webhook @param {number} hours */
export const rotateSecret = (webhook, hours) => call("POST", `${hookOf(webhook)}/rotate`, { body: { keep_hours: hours } });
export const tryWebhook = (/** @type {string} */ webhook) => call("POST", `${hookOf(webhook)}/test`);
/** @param {string} webhook @param {"all" | "waiting" | "dead"} state @param {string | null} [before] */
export const listDeliveries = (webhook, state, before = null) =>
  call("GET", `${hookOf(webhook)}/deliveries`, { query: { state, before, limit: 30 } });
export const retryDead = (/** @type {string} */ webhook) => call("POST", `${hookOf(webhook)}/retry`);
/** @param {string} webhook @param {string} delivery */
export const retryDelivery = (webhook, delivery) => call("POST", `${hookOf(webhook)}/deliveries/${delivery}/retry`);

export const signOutCustomer = (/** @type {string} */ id) => call("POST", `${customerOf(id)}/sign-out`);
export const eraseCustomer = (/** @type {string} */ id) => call("POST", `${customerOf(id)}/erase`);
export const exportOf = (/** @type {string} */ id) => `${customerOf(id)}/export`;
export const listAudit = (/** @type {Query} */ query) => call("GET", `${ADMIN}/audit`, { query });
export const getSettings = () => call("GET", `${ADMIN}/settings`);
