/** Does what the outbox decides, and brings each outcome back to whoever waits, in any tab. */

import { Alarm } from "./clock.js";
import { asProblem } from "./driver.js";
import { PinboxError, unreachable } from "./problems.js";

/**
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").Sent} Sent
 * @typedef {import("./outbox.js").Act} Act
 * @typedef {import("./outbox.js").Happened} Happened
 *
 * @typedef {object} Waiter
 * @property {Draft} draft
 * @property {(sent: Sent) => void} resolve
 * @property {(error: unknown) => void} reject
 */

export class Postman {
  #outbox;
  #journal;
  #tabs;
  #clock;
  #post;
  #changed;
  #alarm;
  #closed = false;
  /** @type {Promise<void>} the store's part of the last outcome; there is one at a time */
  #ending = Promise.resolve();
  /** @type {Set<Waiter>} */
  #waiters = new Set();
  /** @type {Set<() => void>} */
  #flushing = new Set();

  /**
   * @param {import("./outbox.js").Outbox} outbox
   * @param {object} given
   * @param {import("./journal.js").Journal} given.journal
   * @param {import("./tabs.js").Tabs} [given.tabs]
   * @param {import("./clock.js").Clock} given.clock
   * @param {(draft: Draft) => void} given.post sends it once; the outcome comes by `feed`
   * @param {() => void} given.changed the outbox holds something else now
   */
  constructor(outbox, { journal, tabs, clock, post, changed }) {
    this.#outbox = outbox;
    this.#journal = journal;
    this.#tabs = tabs;
    this.#clock = clock;
    this.#post = post;
    this.#changed = changed;
    this.#alarm = new Alarm(clock, () => this.feed({ is: "tick" }));
  }

  /** Send what the store holds as soon as no other tab does. */
  async start() {
    this.#tabs?.listen((message) => this.#hear(message));
    await this.#tabs?.hold("outbox");
    if (this.#closed) return;
    const kept = await this.#journal.drafts();
    const known = new Set(kept.map(({ client_id }) => client_id));
    // Another tab sent these and went before it could say so: asking again tells how it ended.
    for (const { draft } of this.#waiters) {
      if (!known.has(draft.client_id)) await this.#journal.keep(draft);
    }
    this.feed({ is: "hold" });
    await this.reload();
  }

  /**
   * Keep a draft and wait for the server's answer.
   *
   * @param {Draft} draft
   * @returns {Promise<{ answer: Promise<Sent> }>} when it is in the store
   */
  async put(draft) {
    await this.#journal.keep(draft);
    const answer = new Promise((resolve, reject) => this.#waiters.add({ draft, resolve, reject }));
    // Whoever does not wait for the answer finds a refusal in `refused`.
    answer.catch(() => {});
    this.#tabs?.tell({ is: "draft" });
    await this.reload();
    return { answer };
  }

  /** Look what the store holds now. */
  async reload() {
    const drafts = await this.#journal.drafts();
    this.feed({ is: "drafts", drafts });
    this.#changed();
    if (drafts.length > 0) return;
    for (const flushed of this.#flushing) flushed();
    this.#flushing.clear();
  }

  /** Resolves when nothing is on its way any more. */
  async flush() {
    const flushed = new Promise((resolve) => this.#flushing.add(() => resolve(undefined)));
    await this.reload();
    await flushed;
  }

  /** @param {Happened} happened */
  feed(happened) {
    if (this.#closed) return;
    for (const act of this.#outbox.handle(happened, this.#clock.now())) this.#do(act);
    this.#alarm.set(this.#outbox.wakeAt);
  }

  /**
   * Those who wait learn that it will be another time: what they wrote is in the store. Resolves
   * when nothing more is written there.
   */
  async close() {
    this.#closed = true;
    this.#alarm.set(Infinity);
    this.#settle(() => true, (waiter) => waiter.reject(unreachable("the client was closed")));
    await this.#ending;
  }

  /** @param {Act} act */
  #do(act) {
    switch (act.do) {
      case "post":
        return this.#post(act.draft);
      case "drop":
        this.#ending = this.#end(act.client_id, this.#journal.drop(act.client_id), {
          is: "sent",
          client_id: act.client_id,
          answer: act.answer,
        });
        return;
      case "refuse":
        this.#ending = this.#end(act.client_id, this.#journal.refuse(act.client_id, act.error), {
          is: "refused",
          client_id: act.client_id,
          ...told(act.error),
        });
        return;
      case "tell":
        return this.#announce({ is: "refused", client_id: act.client_id, ...told(act.error) });
    }
  }

  /**
   * First the store, then those who wait, then the next draft.
   *
   * @param {string} client_id
   * @param {Promise<unknown>} stored
   * @param {object} message
   */
  async #end(client_id, stored, message) {
    try {
      await stored;
    } catch (error) {
      // It may go out once more at the next start, which makes no second message.
      console.error("the store did not take the outcome of a send", asProblem(error));
    }
    this.#announce(message);
    this.feed({ is: "settled", client_id });
  }

  /** @param {object} message */
  #announce(message) {
    this.#tabs?.tell(message);
    this.#hear(message);
  }

  /** @param {any} message of this tab or another one */
  #hear(message) {
    const asked = (/** @type {Waiter} */ { draft }) => draft.client_id === message.client_id;
    if (message.is === "sent") {
      this.#settle(asked, (waiter) => waiter.resolve(message.answer));
    } else if (message.is === "refused") {
      const error = new PinboxError(message.code, message.detail, { problem: message.problem });
      this.#settle(asked, (waiter) => waiter.reject(error));
    }
    if (this.#closed) return;
    this.reload().catch((error) => this.#closed || console.error(asProblem(error)));
  }

  /**
   * @param {(waiter: Waiter) => boolean} which
   * @param {(waiter: Waiter) => void} how
   */
  #settle(which, how) {
    for (const waiter of [...this.#waiters].filter(which)) {
      this.#waiters.delete(waiter);
      how(waiter);
    }
  }
}

/** @param {PinboxError} error in a form that goes from tab to tab */
function told({ code, detail, problem }) {
  return { code, detail, problem };
}
