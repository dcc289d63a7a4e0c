/**
 * What a row of a list says, pure: for eyes in a few signs, for ears in words.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {(word: string, given?: Record<string, unknown>) => string} Say
 */

import { nameOf } from "./announcing.js";

/**
 * Everything about a thread in one sentence: the row's accessible name.
 *
 * @param {Summary} thread
 * @param {object} given
 * @param {Say} given.say
 * @param {import("./times.js").Times} given.times
 * @param {string} given.me
 * @param {number} given.now
 */
export function rowName(thread, { say, times, me, now }) {
  const last = thread.last_message;
  const parts = [
    nameOf(thread),
    thread.unread ? say("row.unread", { count: thread.unread }) : "",
    last?.urgent && thread.waiting_since ? say("row.urgent") : "",
    waitOf(thread, { say, times, now }),
    holderOf(thread, { say, me }),
    servedBy(thread, say) ?? "",
    last ? `${preview(thread, { say, me })}, ${times.near(last.sent_at, now)}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

/** @param {Summary} thread @param {{ say: Say, times: import("./times.js").Times, now: number }} given */
function waitOf({ status, waiting_since: since }, { say, times, now }) {
  if (status?.state === "snoozed" && status.until) {
    return say("row.snoozed", { until: times.near(status.until, now) });
  }
  if (since) return say("row.waits", { span: times.span(now - Date.parse(since)) });
  return say(status?.state === "resolved" ? "row.resolved" : "row.answered");
}

/** @param {Summary} thread @param {{ say: Say, me: string }} given */
function holderOf({ assignee, status }, { say, me }) {
  if (assignee === null) return status?.state === "open" ? say("row.nobody") : "";
  return assignee.id === me ? say("row.mine") : say("row.of", { name: assignee.name });
}

/** Who serves it in place of the home team; null where it is at home. @param {Summary} thread @param {Say} say */
export function servedBy({ serving }, say) {
  return serving.why === "home" ? null : say(`row.${serving.why}`, { team: serving.team.name });
}

/** The last message in a line. @param {Summary} thread @param {{ say: Say, me: string }} given */
export function preview({ last_message: last, customer }, { say, me }) {
  if (last === null) return say("row.nothing");
  const text = last.body.replace(/\s+/g, " ");
  if (last.author.kind === "customer" && last.author.id === customer.id) return text;
  if (last.author.id === me) return say("row.you", { text });
  return last.author.name ? `${last.author.name}: ${text}` : text;
}

const SOON_MS = 10 * 60_000;
const LATE_MS = 60 * 60_000;

/** How pressing a wait is. @param {string} since @param {number} now @returns {"new" | "soon" | "late"} */
export function pressing(since, now) {
  const waited = now - Date.parse(since);
  return waited >= LATE_MS ? "late" : waited >= SOON_MS ? "soon" : "new";
}
