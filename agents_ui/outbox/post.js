/**
 * The way out: what an agent writes leaves one by one in each thread, in order, each once, and is
 * tried until the server answers. Whether a line is there or not makes no difference to the writer.
 *
 * The rules of trying again are those of the customers' client.
 *
 * @typedef {import("./entry.js").Entry} Entry
 */

import { Alarm } from "../lib/clock.js";
import { Outbox } from "../lib/outbox.js";
import { PinboxError } from "../lib/problems.js";
import { asRefusal } from "./entry.js";

export class Post {
  #given;
  /** @type {Map<string, Entry>} in the order in which they were written */
  #entries = new Map();
  /** @type {Map<string, { box: Outbox, alarm: Alarm }>} */
  #threads = new Map();

  /**
   * @param {object} given
   * @param {import("./shelf.js").Shelf} given.shelf
   * @param {import("../lib/pace.js").Pace} given.pace
   * @param {import("../lib/clock.js").Clock} given.clock
   * @param {() => number} given.chance
   * @param {(entry: Entry) => Promise<any>} given.send resolves with the stored item
   * @param {(entry: Entry, item: any) => void} given.sent
   * @param {(entry: Entry) => void} given.refused
   * @param {(entries: Entry[]) => void} given.changed
   */
  constructor(given) {
    this.#given = given;
  }

  /** Go on with what an earlier page has left. */
  resume() {
    for (const entry of this.#given.shelf.all()) this.#entries.set(entry.client_id, entry);
    this.#tell();
    for (const { thread } of this.#entries.values()) this.#feed(thread, this.#drafts(thread));
  }

  /**
   * Write something, or put what was refused in again. It is kept before it is sent.
   *
   * @param {Entry} entry
   * @returns {boolean} false where the device does not keep it, so that a reload would lose it
   */
  put(entry) {
    const kept = this.#given.shelf.put(entry);
    this.#entries.set(entry.client_id, entry);
    this.#tell();
    this.#feed(entry.thread, this.#drafts(entry.thread));
    return kept;
  }

  /**
   * What is being sent is known better: one of its files has arrived. The same message goes out
   * when it is tried again.
   *
   * @param {Entry} entry
   */
  amend(entry) {
    if (!this.#entries.has(entry.client_id)) return;
    this.#given.shelf.put(entry);
    this.#entries.set(entry.client_id, entry);
    this.#tell();
  }

  /**
   * Take back what was refused.
   *
   * @param {string} clientId
   */
  drop(clientId) {
    const entry = this.#entries.get(clientId);
    if (entry === undefined) return;
    this.#given.shelf.drop(clientId);
    this.#entries.delete(clientId);
    this.#tell();
    this.#feed(entry.thread, this.#drafts(entry.thread));
  }

  /**
   * Another tab has kept or dropped an entry: what it sent or took back is gone here, too, what was
   * refused there is shown, and what it sends all the same goes out from here as well, each once by
   * its `client_id`, should that tab be closed.
   *
   * @param {string | null} name
   * @param {string | null} value
   */
  hear(name, value) {
    const { shelf } = this.#given;
    const clientId = shelf.named(name);
    if (clientId === null) return;
    const known = this.#entries.get(clientId);
    const entry = value === null ? null : shelf.parse(value);
    const thread = (entry ?? known)?.thread;
    if (thread === undefined) return;
    if (entry === null) this.#entries.delete(clientId);
    else if (known !== undefined || entry.state === "refused") this.#entries.set(clientId, entry);
    else return;
    this.#tell();
    this.#feed(thread, this.#drafts(thread));
  }

  /** The network is back: no reason to wait longer. */
  nudge() {
    for (const thread of this.#threads.keys()) this.#feed(thread, { is: "nudge" });
  }

  /** Send nothing more: somebody else sits here now. */
  close() {
    for (const { alarm } of this.#threads.values()) alarm.set(Infinity);
    this.#threads.clear();
    this.#entries.clear();
  }

  /** @param {string} thread */
  #drafts(thread) {
    const drafts = [...this.#entries.values()].filter(
      (entry) => entry.thread === thread && entry.state === "waits",
    );
    return /** @type {const} */ ({ is: "drafts", drafts });
  }

  /**
   * @param {string} thread
   * @param {import("../lib/outbox.js").Happened} happened
   */
  #feed(thread, happened) {
    const { clock, pace, chance } = this.#given;
    let found = this.#threads.get(thread);
    if (found === undefined) {
      const box = new Outbox(pace, chance);
      found = { box, alarm: new Alarm(clock, () => this.#feed(thread, { is: "tick" })) };
      this.#threads.set(thread, found);
      box.handle({ is: "hold" }, clock.now());
      box.handle({ is: "way", open: true }, clock.now());
    }
    const { box, alarm } = found;
    const acts = box.handle(happened, clock.now());
    alarm.set(box.wakeAt);
    for (const act of acts) this.#do(thread, act);
  }

  /**
   * @param {string} thread
   * @param {import("../lib/outbox.js").Act} act
   */
  #do(thread, act) {
    if (act.do === "post") return void this.#send(thread, act.draft.client_id);
    if (act.do === "tell") return undefined;
    const settled = /** @type {const} */ ({ is: "settled", client_id: act.client_id });
    const entry = this.#entries.get(act.client_id);
    // Another tab was quicker, and has said what became of it.
    if (entry === undefined) return this.#feed(thread, settled);
    if (act.do === "drop") {
      this.#given.shelf.drop(entry.client_id);
      this.#entries.delete(entry.client_id);
      this.#given.sent(entry, act.answer);
    } else {
      /** @type {Entry} */
      const refused = { ...entry, state: "refused", refusal: asRefusal(act.error) };
      this.#given.shelf.put(refused);
      this.#entries.set(entry.client_id, refused);
      this.#given.refused(refused);
    }
    this.#tell();
    return this.#feed(thread, settled);
  }

  /**
   * @param {string} thread
   * @param {string} clientId
   */
  async #send(thread, clientId) {
    const entry = this.#entries.get(clientId);
    if (entry === undefined) return this.#feed(thread, { is: "settled", client_id: clientId });
    /** @type {import("../lib/outbox.js").Happened} */
    let happened;
    try {
      const answer = await this.#given.send(entry);
      happened = { is: "sent", client_id: clientId, answer };
    } catch (error) {
      const problem = error instanceof PinboxError ? error : new PinboxError("internal", `${error}`);
      happened = { is: "unsent", client_id: clientId, error: problem };
    }
    if (this.#threads.has(thread)) this.#feed(thread, happened);
  }

  #tell() {
    this.#given.changed([...this.#entries.values()]);
  }
}
