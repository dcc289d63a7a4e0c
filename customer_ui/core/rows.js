/**
 * What the thread shows from top to bottom, pure: days, messages, marks, and what is on its way.
 *
 * @typedef {{ kind: "day", key: string, at: string }
 *   | { kind: "message", key: string, message: any, own: boolean, follows: boolean, last: boolean,
 *       state: "sent" | "delivered" | "read" | null }
 *   | { kind: "mark", key: string, mark: any }
 *   | { kind: "draft", key: string, draft: any, refused: { code: string, detail: string } | null,
 *       files?: readonly any[] }} Row
 */

import { reached } from "./log.js";

const CLOSE_MS = 5 * 60_000;

/**
 * @param {import("./log.js").Log} log
 * @param {readonly { draft: any, refused: any, files?: readonly any[] }[]} drafts
 * @param {(at: string) => string} dayOf the day of an instant, as a text
 * @returns {Row[]}
 */
export function rows(log, drafts, dayOf) {
  /** @type {Row[]} */
  const shown = [];
  const items = [
    ...log.messages.map((message) => ({ seq: Number(message.seq), at: message.sent_at, message })),
    ...log.marks.filter(isTold).map((mark) => ({ seq: mark.seq, at: mark.at, mark })),
  ].sort((one, two) => one.seq - two.seq);
  let day = "";
  /** @type {any} */
  let before = null;
  for (const { seq, at, message, mark } of /** @type {any[]} */ (items)) {
    if (dayOf(at) !== day) {
      day = dayOf(at);
      before = null;
      shown.push({ kind: "day", key: `day ${day}`, at });
    }
    if (mark !== undefined) {
      before = null;
      shown.push({ kind: "mark", key: `mark ${seq}`, mark });
      continue;
    }
    const own = message.author.kind === "customer";
    const follows = before !== null && isRun(before.message, message);
    if (follows) before.last = false;
    const state = own ? reached(log, seq) : null;
    const key = message.client_id === undefined ? message.id : `own ${message.client_id}`;
    before = { kind: "message", key, message, own, follows, last: true, state };
    shown.push(before);
  }
  const there = new Set(log.messages.map(({ client_id }) => client_id));
  for (const { draft, refused, files } of drafts) {
    if (there.has(draft.client_id)) continue;
    shown.push({ kind: "draft", key: `own ${draft.client_id}`, draft, refused, files });
  }
  return shown;
}

/** Two of one author, soon after one another. @param {any} one @param {any} two */
function isRun(one, two) {
  const { kind, id } = one.author;
  const soon = Date.parse(two.sent_at) - Date.parse(one.sent_at) < CLOSE_MS;
  return soon && kind === two.author.kind && id === two.author.id;
}

/** Bookkeeping of a conversation that opens is nobody's news. @param {any} mark */
function isTold(mark) {
  if (mark.type === "status") return mark.status.state === "resolved";
  return mark.type !== "callback" || mark.callback.state !== "due";
}
