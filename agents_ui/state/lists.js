/**
 * The threads that this desk knows, and how far each list is loaded. Lists come in pages; what
 * happens in the teams' streams changes them at once.
 *
 * @typedef {import("../core/shapes.js").Summary} Summary
 * @typedef {import("../core/shapes.js").Item} Item
 * @typedef {import("../core/views.js").View} View
 * @typedef {import("../core/views.js").Me} Me
 *
 * @typedef {object} Loaded
 * @property {"no" | "loading" | "yes" | "failed"} state
 * @property {Summary | null} last the last that the loaded pages hold; null where that is all
 * @property {string | null} next the next page
 */

import { listThreads } from "../api/desk.js";
import { folded } from "../core/summaries.js";
import { VIEWS, listed } from "../core/views.js";
import { computed, signal } from "../vendor/preact.js";

const AGAIN_MS = 250;
const MOST = 100;

export class Lists {
  /** @type {import("../vendor/preact.js").Signal<Map<string, Summary>>} */
  threads = signal(new Map());
  #failed;
  /** @type {Set<string>} threads of which too little is known yet */
  #unknown = new Set();
  #again = 0;
  #life = 0;

  /**
   * @param {Me} me
   * @param {(error: unknown) => void} failed
   */
  constructor(me, failed) {
    this.#failed = failed;
    const each = (/** @type {(view: View) => any} */ make) =>
      /** @type {any} */ (Object.fromEntries(VIEWS.map((view) => [view, make(view)])));
    /** @type {Record<View, import("../vendor/preact.js").Signal<Loaded>>} */
    this.loaded = each(() => signal({ state: "no", last: null, next: null }));
    /** @type {Record<View, { value: Summary[] }>} */
    this.shown = each((view) =>
      computed(() => {
        const { state, last } = this.loaded[view].value;
        return state === "no" ? [] : listed(view, this.threads.value.values(), me, last);
      }),
    );
  }

  /** Load a list's first page, unless it is there. @param {View} view */
  async need(view) {
    const { state } = this.loaded[view].value;
    if (state === "no" || state === "failed") await this.#load(view, null);
  }

  /** Load the next page. @param {View} view */
  async more(view) {
    const { state, next } = this.loaded[view].value;
    if (state === "yes" && next !== null) await this.#load(view, next);
  }

  /** Forget everything, and load what was shown anew. */
  async reload() {
    this.#life += 1;
    const views = VIEWS.filter((view) => this.loaded[view].value.state !== "no");
    const pages = await Promise.all(views.map((view) => listThreads(view)));
    this.threads.value = new Map(pages.flatMap(({ items }) => items).map((one) => [one.id, one]));
    views.forEach((view, n) => this.#paged(view, pages[n]));
  }

  /** Put in what is known for certain. @param {Summary[]} threads */
  put(threads) {
    const known = new Map(this.threads.value);
    for (const thread of threads) {
      const before = known.get(thread.id);
      // What the stream has told since the answer was made is newer than the answer.
      if (before !== undefined && before.head > thread.head) continue;
      const back = thread.assignee === null ? (before?.back ?? null) : null;
      known.set(thread.id, { ...thread, back, unread: thread.unread ?? before?.unread ?? 0 });
      this.#unknown.delete(thread.id);
    }
    this.threads.value = known;
  }

  /** The agent has read a thread. @param {string} id */
  read(id) {
    const thread = this.threads.value.get(id);
    if (thread?.unread) {
      this.threads.value = new Map(this.threads.value).set(id, { ...thread, unread: 0 });
    }
  }

  /** @param {Item[]} items of a team's stream */
  apply(items) {
    const { threads, unknown, begun } = folded(this.threads.value, items);
    this.threads.value = threads;
    const little = [...unknown, ...begun];
    for (const id of little) this.#unknown.add(id);
    if (little.length > 0 && this.#again === 0) {
      this.#again = window.setTimeout(() => void this.#learn(), AGAIN_MS);
    }
  }

  /**
   * Something happened in threads that no loaded page holds, or a wait has begun and what was
   * promised is not known. Those in which something was written stand first in *all*; what remains
   * may stand in another list.
   */
  async #learn() {
    this.#again = 0;
    try {
      this.put((await listThreads("all", null, MOST)).items);
      for (const view of /** @type {const} */ (["mine", "waiting", "team", "snoozed"])) {
        if (this.#unknown.size === 0) return;
        this.put((await listThreads(view, null, MOST)).items);
      }
      this.#unknown.clear();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {View} view @param {string | null} cursor */
  async #load(view, cursor) {
    const life = this.#life;
    const loaded = this.loaded[view];
    const { last, next } = loaded.value;
    loaded.value = { state: "loading", last, next };
    try {
      const page = await listThreads(view, cursor);
      if (life !== this.#life) return;
      this.put(page.items);
      this.#paged(view, page);
    } catch (error) {
      loaded.value = { state: cursor === null ? "failed" : "yes", last, next };
      this.#failed(error);
    }
  }

  /** @param {View} view @param {{ items: Summary[], next: string | null }} page */
  #paged(view, { items, next }) {
    const last = next === null ? null : (items.at(-1) ?? null);
    this.loaded[view].value = { state: "yes", last, next };
  }
}
