/**
 * What is said of arrivals, pure: who, what, then when; a burst in one sentence; by loudness.
 *
 * @typedef {import("./shapes.js").Item} Item
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {"all" | "mine" | "open" | "off"} Loudness
 *   `all` that arrives in my teams; what is `mine` or open; the `open` thread alone; nothing.
 * @typedef {{ word: string, [param: string]: unknown }} Saying a text of the word files
 */

import { textOf } from "./files.js";

/** @type {readonly Loudness[]} */
export const LOUDNESS = Object.freeze(["all", "mine", "open", "off"]);
const FEW = 2;
const LONG = 240;

/**
 * @param {Item[]} items of team streams, just come
 * @param {object} given
 * @param {string} given.me
 * @param {string | null} given.open the open thread
 * @param {ReadonlyMap<string, Summary>} given.threads as they are after the items
 * @param {Loudness} given.loudness
 * @returns {Saying[]}
 */
export function sayings(items, { me, open, threads, loudness }) {
  if (loudness === "off") return [];
  const arrived = items.filter((item) => heard(item, { me, open, threads, loudness }));
  if (arrived.length > FEW) return [burst(arrived)];
  return arrived.map((item) => one(item, { me, open, threads }));
}

/** @param {Item} item @param {Parameters<typeof sayings>[1]} given */
function heard(item, { me, open, threads, loudness }) {
  const here = item.thread === open;
  const mine = threads.get(item.thread)?.assignee?.id === me;
  if (item.type === "message") {
    const { kind, id } = item.message.author;
    if (kind === "customer") return here || loudness === "all" || (loudness === "mine" && mine);
    return here && kind === "agent" && id !== me;
  }
  if (item.type === "note") return here && item.note.author.id !== me;
  if (item.type === "assignee") return given(item, me) && (here || loudness !== "open");
  return false;
}

/** Whether somebody else gave it to me. @param {Item} item @param {string} me */
function given(item, me) {
  return item.assignee?.id === me && item.reason !== "taken" && item.reason !== "replied";
}

/** @param {Item} item @param {Pick<Parameters<typeof sayings>[1], "me" | "open" | "threads">} where */
function one(item, { open, threads }) {
  const customer = nameOf(threads.get(item.thread)) ?? item.message?.author.name ?? "";
  const at = item.at;
  if (item.type === "assignee") return { word: "say.given", name: customer, at };
  const said = item.message ?? item.note;
  const who = said.author.name ?? "";
  if (item.type === "note") return { word: "say.note", name: who, text: shortened(textOf(said)), at };
  if (item.thread === open) {
    return { word: "say.message", name: who || customer, text: shortened(textOf(said)), at };
  }
  return { word: "say.elsewhere", name: customer, text: shortened(textOf(said)), at };
}

/** @param {Item[]} arrived */
function burst(arrived) {
  const people = new Set(arrived.map(({ thread }) => thread)).size;
  return { word: "say.burst", count: arrived.length, people };
}

/** @param {string} text */
function shortened(text) {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}

/**
 * How a customer is called.
 *
 * @param {Summary | undefined} thread
 */
export function nameOf(thread) {
  return thread === undefined ? undefined : thread.customer.name || thread.customer.id;
}
