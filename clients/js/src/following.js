/** The way in: one link with its driver and its feed, from the first use to the end. */

import { Driver, asProblem } from "./driver.js";
import { Feed, Places } from "./feed.js";
import { Link } from "./link.js";
import { wait } from "./pace.js";
import { PinboxError } from "./problems.js";

/**
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").ResetEvent} ResetEvent
 * @typedef {import("./options.js").Connection} Connection
 *
 * @typedef {object} Told What the client hears of it.
 * @property {(happened: import("./outbox.js").Happened) => void} outbox
 * @property {(connection: Connection) => void} connection
 * @property {(error: PinboxError) => void} end
 *
 * @typedef {object} Given
 * @property {import("./journal.js").Journal} journal
 * @property {import("./tabs.js").Tabs} [tabs]
 * @property {import("./calls.js").Calls} calls
 * @property {import("./credentials.js").Credentials} credentials
 * @property {import("./pace.js").Pace} pace
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} chance
 * @property {string} [device]
 * @property {"stored" | "now"} begin
 * @property {typeof globalThis.WebSocket | undefined} WebSocket
 * @property {Told} told
 */

export class Following {
  #given;
  #feed;
  /** @type {Link | null} */
  #link = null;
  /** @type {Driver | null} */
  #driver = null;
  /** @type {Connection} */
  #connection = "away";
  #visible = false;
  #closed = false;

  /** @param {Given} given */
  constructor(given) {
    this.#given = given;
    this.#feed = new Feed(new Places(), {
      store: async (place) => (given.begin === "stored" ? given.journal.stand(place) : undefined),
      load: async (reset) => ({ ...reset, ...(await this.#insist(() => this.#load())) }),
    });
  }

  /** Connect, and stay connected. A failure ends the events. */
  async start() {
    try {
      await this.#start();
    } catch (error) {
      if (!this.#closed) this.#end(asProblem(error));
    }
  }

  async #start() {
    const { begin, journal, tabs, told } = this.#given;
    told.outbox({ is: "way", open: false });
    if (begin === "stored") {
      // Two tabs that move one place would each have half of the events.
      await tabs?.hold("place");
      this.#feed.places = new Places(await journal.place());
    } else {
      const now = await this.#insist(() => this.#load());
      const { cursor } = now.thread;
      this.#feed.places.begin({ type: "reset", reason: "begin", cursor, ...now });
      this.#feed.stir();
    }
    if (this.#closed) return;
    this.#link = new Link({ ...this.#given, feed: this.#feed.places });
    this.#driver = new Driver(this.#link, {
      ...this.#given,
      tell: (act) => this.#hear(act),
    });
    if (this.#visible) this.#driver.feed({ is: "visible", on: true });
    this.#driver.feed({ is: "start" });
  }

  get connection() {
    return this.#connection;
  }

  /** The next event, waited for; undefined when closed. */
  next() {
    return this.#feed.next();
  }

  /**
   * Send a draft once, by the socket or, where none is being waited for, by HTTP.
   *
   * @param {Draft} draft
   */
  async post(draft) {
    if (this.#link?.connected) return this.#driver?.feed({ is: "send", draft });
    const { calls, told } = this.#given;
    const { client_id } = draft;
    try {
      const { body, status } = await calls.call("POST", "/v1/thread/messages", { body: draft });
      told.outbox({ is: "sent", client_id, answer: { ...body, duplicate: status === 200 } });
    } catch (error) {
      told.outbox({ is: "unsent", client_id, error: asProblem(error) });
    }
  }

  /** @param {boolean} on */
  visible(on) {
    this.#visible = on;
    this.#driver?.feed({ is: "visible", on });
  }

  /**
   * Say over the socket what an app in front has shown; false where that cannot be.
   *
   * @param {number} upto
   */
  ack(upto) {
    if (!this.#visible || !this.#link?.connected) return false;
    this.#driver?.feed({ is: "ack", upto });
    return true;
  }

  /** @param {boolean} on */
  typing(on) {
    this.#driver?.feed({ is: "typing", on });
  }

  /** There is a reason to hope: try now. */
  hurry() {
    this.#driver?.feed({ is: "hurry" });
  }

  /**
   * Leave the line and end the reader.
   *
   * @param {boolean} settle whether the event handed out last is done with
   */
  async close(settle) {
    this.#closed = true;
    this.#driver?.close();
    if (settle) await this.#feed.settle();
    this.#feed.close();
  }

  /** @param {import("./driver.js").Told | { do: "moved" }} act */
  #hear(act) {
    const { told } = this.#given;
    switch (act.do) {
      case "sent":
        return told.outbox({ is: "sent", client_id: act.client_id, answer: act.answer });
      case "unsent":
        return told.outbox({ is: "unsent", client_id: act.client_id, error: act.error });
      case "caught_up":
        return told.outbox({ is: "nudge" });
      case "pass":
        return this.#feed.places.pass(act.frame);
      case "end":
        return this.#end(act.error);
      case "moved":
        return this.#moved();
    }
  }

  #moved() {
    const link = /** @type {Link} */ (this.#link);
    this.#given.told.outbox({ is: "way", open: link.way });
    const polling = link.phase === "polling" && link.way;
    if (link.connected) this.#tell("live");
    else if (link.phase !== "ended") this.#tell(polling ? "polling" : "away");
    this.#feed.stir();
  }

  /** @param {Connection} connection */
  #tell(connection) {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.#given.told.connection(connection);
  }

  /** @param {PinboxError} error */
  #end(error) {
    this.#given.told.outbox({ is: "way", open: true });
    this.#tell("ended");
    this.#feed.fail(error);
    this.#given.told.end(error);
  }

  /** What stands now. */
  async #load() {
    const { calls } = this.#given;
    const thread = await calls.call("GET", "/v1/thread");
    const page = await calls.call("GET", "/v1/thread/messages", { query: { limit: 50 } });
    return {
      thread: /** @type {import("./wire.js").Thread} */ (thread.body),
      messages: /** @type {import("./wire.js").Message[]} */ (page.body.items),
    };
  }

  /**
   * Ask until there is an answer; rejects with what asking again cannot mend.
   *
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async #insist(ask) {
    for (let tries = 0; ; tries += 1) {
      let retryAfter = 0;
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof PinboxError) || this.#closed) throw error;
        if (!error.temporary && error.code !== "internal") throw error;
        retryAfter = error.retryAfter ?? 0;
      }
      const { pace, chance, clock } = this.#given;
      const pause = wait(pace, tries, chance, retryAfter) * 1000;
      await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), pause));
    }
  }
}
