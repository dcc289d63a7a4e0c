/**
 * The logs of the threads that were opened last, as far as they are loaded. They follow the teams'
 * streams, so going back to one costs no request.
 *
 * @typedef {import("../core/shapes.js").Item} Item
 * @typedef {{ state: "loading" | "yes" | "failed", items: Item[], before: string | null,
 *   older: boolean }} Log `before`: where older pages begin, null at the start; `older`: one is
 *   being loaded
 */

import { getTimeline } from "../api/desk.js";
import { inLog } from "../core/shapes.js";
import { merged } from "../core/timeline.js";
import { signal } from "../vendor/preact.js";

const KEPT = 12;
/** @type {Log} */
const NOTHING = Object.freeze({ state: "loading", items: [], before: null, older: false });

export class Timelines {
  /** @type {Map<string, import("../vendor/preact.js").Signal<Log>>} the last used at the end */
  #logs = new Map();
  #failed;

  /** @param {(error: unknown) => void} failed */
  constructor(failed) {
    this.#failed = failed;
  }

  /** A thread's log, loaded if it is not. @param {string} thread */
  of(thread) {
    let log = this.#logs.get(thread);
    if (log === undefined) {
      log = signal(NOTHING);
      void this.#load(thread, log);
    }
    this.#logs.delete(thread);
    this.#logs.set(thread, log);
    for (const oldest of this.#logs.keys()) {
      if (this.#logs.size <= KEPT) break;
      this.#logs.delete(oldest);
    }
    return log;
  }

  /** Load what is before. @param {string} thread */
  async older(thread) {
    const log = this.#logs.get(thread);
    if (log === undefined || log.value.before === null || log.value.older) return;
    log.value = { ...log.value, older: true };
    try {
      const { items, next } = await getTimeline(thread, log.value.before);
      log.value = { ...log.value, items: merged(log.value.items, items), before: next, older: false };
    } catch (error) {
      log.value = { ...log.value, older: false };
      this.#failed(error);
    }
  }

  /** Try again what could not be loaded. @param {string} thread */
  retry(thread) {
    const log = this.#logs.get(thread);
    if (log !== undefined) void this.#load(thread, log);
  }

  /** Forget all; the open one is loaded anew. @param {string | null} open */
  reload(open) {
    for (const thread of this.#logs.keys()) if (thread !== open) this.#logs.delete(thread);
    const log = open === null ? undefined : this.#logs.get(open);
    if (open !== null && log !== undefined) void this.#load(open, log, { anew: true });
  }

  /** @param {Item[]} items of a team's stream */
  apply(items) {
    /** @type {Map<string, Item[]>} */
    const byThread = new Map();
    for (const item of items) {
      const { thread, type } = item;
      if (type === "left") this.#logs.delete(thread);
      else if (item.upto !== undefined && type === "erased") this.#cut(thread, item.upto);
      else if (type !== "entered" && type !== "withdrawn" && this.#logs.has(thread)) {
        byThread.set(thread, [...(byThread.get(thread) ?? []), inLog(item)]);
      }
    }
    for (const [thread, fresh] of byThread) this.put(thread, fresh);
  }

  /** @param {string} thread @param {Item[]} items of its log */
  put(thread, items) {
    const log = this.#logs.get(thread);
    if (log !== undefined) log.value = { ...log.value, items: merged(log.value.items, items) };
  }

  /** @param {string} thread @param {number} upto */
  #cut(thread, upto) {
    const log = this.#logs.get(thread);
    if (log === undefined) return;
    log.value = { ...log.value, items: log.value.items.filter(({ seq }) => seq > upto) };
  }

  /**
   * @param {string} thread
   * @param {import("../vendor/preact.js").Signal<Log>} log
   * @param {{ anew?: boolean }} [how] `anew`: between what is there and what comes may be a hole
   */
  async #load(thread, log, { anew = false } = {}) {
    log.value = { ...log.value, state: "loading" };
    try {
      const { items, next } = await getTimeline(thread);
      const known = anew ? [] : log.value.items;
      log.value = { state: "yes", items: merged(known, items), before: next, older: false };
    } catch (error) {
      log.value = { ...log.value, state: "failed" };
      this.#failed(error);
    }
  }
}
