/**
 * What is being written, kept for each thread through reload.
 *
 * @typedef {{ kind: "reply" | "note", reply: string, note: string }} Draft
 */

const EMPTY = Object.freeze({ kind: "reply", reply: "", note: "" });

export class Drafts {
  #storage;
  #prefix;
  /** @type {Map<string, Draft>} what this page has written, should the device keep nothing */
  #here = new Map();

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
    try {
      const kept = JSON.parse(this.#storage?.getItem(this.#prefix + thread) ?? "null");
      const draft = { ...EMPTY, ...kept };
      // A list asks for each of its rows.
      this.#here.set(thread, draft);
      return draft;
    } catch {
      return { ...EMPTY };
    }
  }

  /**
   * @param {string} thread
   * @param {Draft} draft
   */
  keep(thread, draft) {
    this.#here.set(thread, draft);
    try {
      if (draft.reply === "" && draft.note === "") this.#storage?.removeItem(this.#prefix + thread);
      else this.#storage?.setItem(this.#prefix + thread, JSON.stringify(draft));
    } catch {
      // Held in this page at least.
    }
  }
}
