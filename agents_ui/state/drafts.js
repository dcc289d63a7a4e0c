/**
 * What is being written, kept for each thread through reload, and shared by the tabs of one agent:
 * what one tab has sent or changed the others no longer have, unless something else was written in
 * them.
 *
 * @typedef {{ kind: "reply" | "note", reply: string, note: string }} Draft
 */

import { signal } from "../vendor/preact.js";

/** @type {Draft} */
const EMPTY = Object.freeze({ kind: "reply", reply: "", note: "" });

export class Drafts {
  /** @type {import("../vendor/preact.js").Signal<{ thread: string, before: Draft, after: Draft } | null>}
   * what another tab has just changed */
  heard = signal(null);
  #storage;
  #prefix;
  /** @type {Map<string, Draft>} what this page has written, should the device keep nothing */
  #here = new Map();
  /** Which threads have a draft, for the lists, which are made anew when that changes elsewhere. */
  #steps = signal(0);

  /**
   * @param {Storage | null} storage
   * @param {string} agent
   */
  constructor(storage, agent) {
    this.#storage = storage;
    this.#prefix = `pinbox.draft.${agent}.`;
  }

  /** @param {string} thread @returns {Draft} */
  of(thread) {
    const here = this.#here.get(thread);
    if (here !== undefined) return here;
    const draft = this.#read(this.#storage?.getItem(this.#prefix + thread));
    // A list asks for each of its rows.
    this.#here.set(thread, draft);
    return draft;
  }

  /** Whether something is written there. @param {string} thread */
  has(thread) {
    void this.#steps.value;
    return isWritten(this.of(thread));
  }

  /**
   * Nothing is kept where nothing has changed: another tab's may be newer.
   *
   * @param {string} thread
   * @param {Draft} draft
   */
  keep(thread, draft) {
    const { kind, reply, note } = this.of(thread);
    if (draft.kind === kind && draft.reply === reply && draft.note === note) return;
    this.#here.set(thread, draft);
    try {
      if (isWritten(draft)) this.#storage?.setItem(this.#prefix + thread, JSON.stringify(draft));
      else this.#storage?.removeItem(this.#prefix + thread);
    } catch {
      // Held in this page at least.
    }
  }

  /**
   * Another tab has kept something.
   *
   * @param {string | null} name
   * @param {string | null} value
   */
  hear(name, value) {
    if (!name?.startsWith(this.#prefix)) return;
    const thread = name.slice(this.#prefix.length);
    const before = this.of(thread);
    const after = { ...this.#read(value), kind: before.kind };
    this.#here.set(thread, after);
    if (isWritten(before) !== isWritten(after)) this.#steps.value += 1;
    this.heard.value = { thread, before, after };
  }

  /** @param {string | null | undefined} value @returns {Draft} */
  #read(value) {
    try {
      return { ...EMPTY, ...JSON.parse(value ?? "null") };
    } catch {
      return { ...EMPTY };
    }
  }
}

/**
 * What stands in a composer once another tab has changed the draft: a text that was not touched here
 * follows it, one that was stays.
 *
 * @param {Draft} here
 * @param {{ before: Draft, after: Draft }} heard
 * @returns {Draft}
 */
export function following(here, { before, after }) {
  const text = (/** @type {"reply" | "note"} */ kind) =>
    here[kind] === before[kind] ? after[kind] : here[kind];
  return { ...here, reply: text("reply"), note: text("note") };
}

/** @param {Draft} draft */
function isWritten({ reply, note }) {
  return reply !== "" || note !== "";
}
