/** A small cast for the tests of the desk's pure modules. */

import { told } from "../../../agents_ui/words/index.js";
import en from "../../../agents_ui/words/en.js";
import { timesIn } from "../../../agents_ui/core/times.js";

export const SPOKANE = { id: "spokane", key: "spokane", name: "Spokane" };
export const TAMPA = { id: "tampa", key: "tampa", name: "Tampa" };
export const BO = { id: "bo", teams: new Set(["spokane"]) };
export const NOON = Date.parse("2026-11-22T12:00:00Z");
export const TIMES = timesIn("en", "UTC");
export const say = (word, given) => told(en, "en", word, given);

/** A time so many minutes before noon. */
export const ago = (minutes) => new Date(NOON - minutes * 60_000).toISOString();

export function message(body, { by = "ana", minutes = 0, ...more } = {}) {
  const kind = by === "ana" || by === "luis" ? "customer" : "agent";
  const name = by[0].toUpperCase() + by.slice(1);
  const author = { kind, id: by, name };
  return { id: `m-${body}`, author, body, sent_at: ago(minutes), conversation: 1, ...more };
}

export function thread(id, change = {}) {
  return {
    id,
    customer: { id, name: id[0].toUpperCase() + id.slice(1), attributes: {} },
    status: { state: "open", conversation: 1 },
    conversation: 1,
    assignee: null,
    team: SPOKANE,
    serving: { team: SPOKANE, why: "home" },
    last_message: message("Hello"),
    waiting_since: ago(10),
    head: 3,
    unread: 1,
    ...change,
  };
}
