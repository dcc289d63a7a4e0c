/**
 * What a row of a list says, pure: for eyes in a few signs, for ears in words.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {(word: string, given?: Record<string, unknown>) => string} Say
 */

import { nameOf } from "./announcing.js";
import { textOf } from "./files.js";
import { promiseText } from "./promises.js";

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
    promiseText(thread, { say, times, now, form: "long" }) ?? "",
    holderOf(thread, { say, me }),
    servedBy(thread, { say, times, now }) ?? "",
    ...signsOf(thread, { say, now }),
    last ? `${preview(thread, { say, me })}, ${times.near(last.sent_at, now)}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

/** @param {Summary} thread @param {{ say: Say, times: import("./times.js").Times, now: number }} given */
function waitOf({ status, waiting_since: since }, { say, times, now }) {
  if (status?.state === "snoozed" && status.until) {
    return say("row.snoozed", { until: times.soon(status.until, now) });
  }
  if (since) return say("row.waits", { span: times.span(now - Date.parse(since)) });
  return say(status?.state === "resolved" ? "row.resolved" : "row.answered");
}

/** @param {Summary} thread @param {{ say: Say, me: string }} given */
function holderOf({ assignee, status }, { say, me }) {
  if (assignee === null) return status?.state === "open" ? say("row.nobody") : "";
  return assignee.id === me ? say("row.mine") : say("row.of", { name: assignee.name });
}

/**
 * Who serves it in place of the home team; null where it is at home.
 *
 * @param {Summary} thread
 * @param {{ say: Say, times: import("./times.js").Times, now: number }} given
 */
export function servedBy({ serving }, { say, times, now }) {
  if (serving.why === "home") return null;
  const team = serving.team.name;
  if (serving.why !== "cover" || !serving.until) return say(`row.${serving.why}`, { team });
  return say("row.cover.until", { team, until: times.soon(serving.until, now) });
}

/**
 * What else is to be known of a thread at a glance: what the customer has chosen, and from whom it
 * was taken back.
 *
 * @param {Summary} thread
 * @param {{ say: Say, now: number }} given
 * @returns {string[]}
 */
export function signsOf(thread, { say, now }) {
  const signs = [];
  const choice = choiceNow(thread, now);
  if (choice !== null) signs.push(say(`row.choice.${choice.state}`));
  if (thread.care === "self_service" || (thread.care === "general" && thread.serving.why !== "general")) {
    signs.push(say(`row.care.${thread.care}`));
  }
  if (thread.back && thread.assignee === null) signs.push(say("row.back", { name: thread.back.name }));
  return signs;
}

/** What the customer was asked or has said, while it holds. @param {Summary} thread @param {number} now */
export function choiceNow({ choice, serving, status }, now) {
  if (!choice || Date.parse(choice.until) <= now || status?.state === "resolved") return null;
  return serving.why === "home" ? choice : null;
}

/** The last message in a line. @param {Summary} thread @param {{ say: Say, me: string }} given */
export function preview({ last_message: last, customer }, { say, me }) {
  if (last === null) return say("row.nothing");
  const text = textOf(last).replace(/\s+/g, " ");
  if (last.author.kind === "customer" && last.author.id === customer.id) return text;
  if (last.author.id === me) return say("row.you", { text });
  return last.author.name ? `${last.author.name}: ${text}` : text;
}
