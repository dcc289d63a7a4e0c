/**
 * From the line to the app: what arrives is handed out one by one, in order, and what was handled
 * is remembered in the store.
 *
 * An event counts as done when the next one is asked for. Only then the store moves, so whatever
 * dies in between, the server is asked again for exactly what was not handled.
 *
 * @typedef {import("./wire.js").ThreadEvent} ThreadEvent
 * @typedef {import("./wire.js").ResetEvent} ResetEvent
 * @typedef {import("./wire.js").Range} Range
 *
 * @typedef {object} Place What the store holds: where to ask on from, and what beyond it is done.
 * @property {string | null} cursor
 * @property {{ epoch: string, seq: number }} [done]
 *
 * @typedef {{ event: ThreadEvent, loaded: boolean, place?: Place }} Entry
 */

import { follow, parseCursor } from "./cursor.js";
import { unreachable } from "./problems.js";
import { readItem } from "./wire.js";

const PASSING = 64;

/** Where one stands in the stream, and what waits to be handed out. Pure. */
export class Places {
  /** @type {string | null} everything up to here has come */
  cursor;
  #done;
  /** @type {Entry[]} */
  #queue = [];
  /** @type {Entry | null} */
  #handed = null;
  /** @type {Place | null} */
  #place = null;

  /** @param {Place} [stored] */
  constructor({ cursor, done } = { cursor: null }) {
    this.cursor = cursor;
    this.#done = done;
  }

  /**
   * Keep what is new of a range; false where something before it is missing.
   *
   * @param {Range} range
   */
  apply(range) {
    const fresh = follow(this.cursor, range);
    if (typeof fresh === "string") return fresh !== "gap";
    const { epoch } = /** @type {import("./cursor.js").Place} */ (parseCursor(range.until));
    for (const item of fresh) {
      const event = this.#isDone(epoch, item.seq) ? null : readItem(item);
      const place = { cursor: this.cursor, done: { epoch, seq: item.seq } };
      if (event !== null) this.#queue.push({ event, loaded: true, place });
    }
    this.cursor = range.until;
    this.#mark({ cursor: range.until });
    return true;
  }

  /**
   * Go on from another cursor, and let the app know in its turn.
   *
   * @param {string} reason
   * @param {string} cursor
   */
  restart(reason, cursor) {
    if (parseCursor(cursor) === null) throw unreachable("a reset without a cursor");
    const event = /** @type {ResetEvent} */ ({ type: "reset", reason, cursor });
    this.#put({ event, loaded: false, place: { cursor } });
  }

  /**
   * Begin with what stands now.
   *
   * @param {ResetEvent} event
   */
  begin(event) {
    this.#put({ event, loaded: true, place: { cursor: event.cursor } });
  }

  /**
   * Hand out what is never stored; the oldest is dropped when nobody listens.
   *
   * @param {import("./wire.js").Frame} frame
   */
  pass(frame) {
    const event = /** @type {ThreadEvent} */ (/** @type {unknown} */ (frame));
    this.#queue.push({ event, loaded: true });
    const passing = this.#queue.filter(({ place }) => place === undefined);
    if (passing.length > PASSING) this.#queue.splice(this.#queue.indexOf(passing[0]), 1);
  }

  /** @returns {Entry | undefined} what comes next */
  peek() {
    return this.#queue[0];
  }

  /** What came next is in the app's hands. */
  take() {
    this.#handed = this.#queue.shift() ?? null;
  }

  /** What was handed out is done with; gives the place to store, or null. */
  settle() {
    if (this.#handed?.place !== undefined) this.#place = this.#handed.place;
    this.#handed = null;
    const place = this.#place;
    this.#place = null;
    return place;
  }

  /** @param {Entry} entry */
  #put(entry) {
    this.#queue.push(entry);
    this.cursor = /** @type {Place} */ (entry.place).cursor;
    this.#done = undefined;
  }

  /**
   * A place that holds as soon as all that has come is done.
   *
   * @param {Place} place
   */
  #mark(place) {
    const last = this.#queue.at(-1) ?? this.#handed;
    if (last === null) this.#place = place;
    else last.place = place;
  }

  /**
   * @param {string} epoch
   * @param {number} seq
   */
  #isDone(epoch, seq) {
    return this.#done !== undefined && this.#done.epoch === epoch && seq <= this.#done.seq;
  }
}

/** Hands the events out to one reader. */
export class Feed {
  #store;
  #load;
  #reading = false;
  #closed = false;
  /** @type {unknown} */
  #failure = null;
  #wake = () => {};

  /**
   * @param {Places} places
   * @param {object} given
   * @param {(place: Place) => Promise<void>} given.store
   * @param {(reset: ResetEvent) => Promise<ResetEvent>} given.load fills a reset with what stands
   *   now, however often it must ask; rejects with what cannot be mended
   */
  constructor(places, { store, load }) {
    this.places = places;
    this.#store = store;
    this.#load = load;
  }

  /** Something has come. */
  stir() {
    this.#wake();
  }

  /**
   * Nothing will come any more: `next` rejects with this once all that came is handed out.
   *
   * @param {unknown} error
   */
  fail(error) {
    this.#failure = error;
    this.#wake();
  }

  /** End the reader's wait. */
  close() {
    this.#closed = true;
    this.#wake();
  }

  /** What was handed out is done with: it will not come again, not even after a restart. */
  async settle() {
    const place = this.places.settle();
    if (place !== null) await this.#store(place);
  }

  /** The next event, waited for; undefined when the client is closed. For one reader at a time. */
  async next() {
    if (this.#reading) throw new Error("somebody waits for the next event of this client already");
    this.#reading = true;
    try {
      return await this.#next();
    } finally {
      this.#reading = false;
    }
  }

  /** @returns {Promise<ThreadEvent | undefined>} */
  async #next() {
    while (!this.#closed) {
      await this.settle();
      const entry = this.places.peek();
      if (entry !== undefined) {
        const { event, loaded } = entry;
        const whole = loaded ? event : await this.#load(/** @type {ResetEvent} */ (event));
        this.places.take();
        return whole;
      }
      if (this.#failure !== null) throw this.#failure;
      await /** @type {Promise<void>} */ (new Promise((resolve) => (this.#wake = resolve)));
    }
    return undefined;
  }
}
