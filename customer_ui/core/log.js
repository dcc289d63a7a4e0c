/**
 * The thread as the page holds it, pure: messages and marks by their seq, and how far each side has
 * received and read. Each change gives a new log; what came twice changes nothing.
 *
 * @typedef {import("../lib/wire.js").Message} Message
 *
 * @typedef {object} Mark Something that happened, told in one line.
 * @property {number} seq
 * @property {string} type
 * @property {string} at
 *
 * @typedef {object} Log
 * @property {readonly Message[]} messages by rising seq
 * @property {readonly any[]} marks by rising seq
 * @property {number} delivered how far the team has received
 * @property {number} read how far the team has read
 * @property {boolean} more whether there are older messages on the server
 * @property {readonly number[]} rated conversations that were rated
 */

const PAGE = 50;
const TOLD = new Set(["serving", "status", "rating", "callback", "pin", "care"]);

/** @type {Log} */
export const EMPTY = Object.freeze({
  messages: [],
  marks: [],
  delivered: 0,
  read: 0,
  more: false,
  rated: [],
});

/**
 * What stands now, in place of what was held: history before it is asked for again.
 *
 * @param {Log} log
 * @param {readonly Message[]} newest newest first, as the server lists them
 * @param {Pick<import("../lib/wire.js").Thread, "receipts" | "rating" | "status">} [thread]
 * @returns {Log}
 */
export function begin(log, newest, { receipts, rating, status } = { status: null }) {
  const messages = [...newest].reverse();
  const first = messages[0]?.seq ?? 0;
  const marks = log.marks.filter(({ seq }) => seq >= first);
  // Another device may have rated it, and the team have read it, before this one came.
  const rated = rating && status ? [...log.rated, status.conversation] : log.rated;
  return { ...log, messages, marks, ...receipts, rated, more: newest.length >= PAGE };
}

/**
 * Older messages in front.
 *
 * @param {Log} log
 * @param {{ items: readonly Message[], next: string | null }} page
 * @returns {Log}
 */
export function prepend(log, { items, next }) {
  const first = log.messages[0]?.seq ?? Infinity;
  const older = [...items].reverse().filter(({ seq }) => Number(seq) < Number(first));
  return { ...log, messages: [...older, ...log.messages], more: next !== null };
}

/**
 * One event of the thread.
 *
 * @param {Log} log
 * @param {any} event
 * @returns {Log}
 */
export function apply(log, event) {
  switch (event.type) {
    case "message":
      return put(log, { ...event.message, seq: event.seq });
    case "delivered":
      return event.who === "agent" ? { ...log, delivered: Math.max(log.delivered, event.upto) } : log;
    case "read":
      return event.who === "agent" ? { ...log, read: Math.max(log.read, event.upto) } : log;
    case "erased":
      return erase(log, event);
    case "rating":
      return mark({ ...log, rated: [...log.rated, event.rating.conversation] }, event);
    default:
      return TOLD.has(event.type) ? mark(log, event) : log;
  }
}

/**
 * A message that has come, by whatever way, once.
 *
 * @param {Log} log
 * @param {Message} message
 * @returns {Log}
 */
export function put(log, message) {
  const rest = log.messages.filter(({ id }) => id !== message.id);
  return { ...log, messages: sorted([...rest, message]) };
}

/** @param {Log} log @param {any} event @returns {Log} */
function mark(log, event) {
  const rest = log.marks.filter(({ seq }) => seq !== event.seq);
  return { ...log, marks: sorted([...rest, event]) };
}

/** @param {Log} log @param {{ seq: number, upto?: number }} event @returns {Log} */
function erase(log, { seq, upto }) {
  const gone = (/** @type {{ seq?: number }} */ one) =>
    one.seq === seq || (upto !== undefined && Number(one.seq) <= upto);
  const kept = (/** @type {readonly any[]} */ all) => all.filter((one) => !gone(one));
  return { ...log, messages: kept(log.messages), marks: kept(log.marks) };
}

/** @template {{ seq?: number }} T @param {T[]} all */
function sorted(all) {
  return all.sort((one, two) => Number(one.seq) - Number(two.seq));
}

/**
 * How far my message has come.
 *
 * @param {Log} log
 * @param {number} seq
 * @returns {"sent" | "delivered" | "read"}
 */
export function reached(log, seq) {
  const answered = log.messages.some((one) => one.author.kind === "agent" && Number(one.seq) > seq);
  if (answered || seq <= log.read) return "read";
  return seq <= log.delivered ? "delivered" : "sent";
}

/** The last of it, to be shown at the next start before the server answers. @param {Log} log */
export function toKeep(log) {
  const messages = log.messages.slice(-PAGE);
  const first = messages[0]?.seq ?? 0;
  const more = log.more || messages.length < log.messages.length;
  return { ...log, messages, marks: log.marks.filter(({ seq }) => seq >= first), more };
}
