/** A customer's client: the thread, a durable outbox, and events that go on where they ended. */

import { makeDraft } from "./draft.js";
import { asProblem } from "./driver.js";
import { Listeners } from "./listeners.js";
import { assemble } from "./parts.js";
import { watchPage } from "./surroundings.js";

/** @typedef {import("./options.js").Kinds} Kinds */

/**
 * One customer's side of one thread. Every call rejects with a PinboxError: the server's code, or
 * `unreachable` where no answer came.
 */
export class PinboxClient {
  #store;
  #journal;
  #calls;
  #postman;
  #following;
  #device;
  /** @type {Listeners<Kinds>} */
  #listeners = new Listeners();
  #ready;
  #linked = false;
  #pumping = false;
  #unwatch = () => {};

  /**
   * @param {string} url of the server; a TypeError where it is none
   * @param {import("./credentials.js").TokenSource} token
   * @param {import("./options.js").Options} [options]
   */
  constructor(url, token, options = {}) {
    const parts = assemble(url, token, options, this.#listeners);
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#calls = parts.calls;
    this.#postman = parts.postman;
    this.#following = parts.following;
    this.#device = options.device;
    this.#ready = this.#open(parts.credentials);
    // Whoever calls anything hears of it there.
    this.#ready.catch(() => {});
    if (options.watch ?? true) {
      this.#unwatch = watchPage(this.#following);
    }
  }

  /** @param {import("./credentials.js").Credentials} credentials */
  async #open(credentials) {
    // A fixed token says at once whose store this must be.
    if (!credentials.renewable) await credentials.token();
    if (!this.#linked) this.#postman.feed({ is: "way", open: true });
    this.#postman.start().catch((error) => console.error("the outbox cannot be sent", error));
  }

  /**
   * Send a message and wait until it is on the server's disk, however long that takes.
   *
   * It is in the store before anything is sent, goes out after those before it, and becomes one
   * message whatever happens on the way. Rejects with `unauthorized` where signing in fails (it
   * stays in the store), with `unreachable` when the client is closed meanwhile (as well); after
   * any other error it stands in `refused`.
   *
   * @param {string} body
   * @param {import("./options.js").SendOptions} [options]
   * @returns {Promise<import("./wire.js").Sent>}
   */
  async send(body, options) {
    await this.#ready;
    const { answer } = await this.#postman.put(makeDraft(body, options));
    return answer;
  }

  /**
   * As `send`, but resolves once the message is in the store; gives its `client_id`.
   *
   * @param {string} body
   * @param {import("./options.js").SendOptions} [options]
   */
  async post(body, options) {
    await this.#ready;
    const draft = makeDraft(body, options);
    await this.#postman.put(draft);
    return draft.client_id;
  }

  /** Wait until the outbox is empty, however long that takes. */
  async flush() {
    await this.#ready;
    await this.#postman.flush();
  }

  /** What is still on its way out, in order. */
  async pending() {
    await this.#ready;
    return this.#journal.drafts();
  }

  /** What the server will not take, with the reason: show it, then send it anew or discard. */
  async refused() {
    await this.#ready;
    return this.#journal.refused();
  }

  /**
   * Forget a refused draft.
   *
   * @param {string} clientId
   */
  async discard(clientId) {
    await this.#ready;
    await this.#journal.drop(clientId);
    await this.#postman.reload();
  }

  /**
   * The thread as it stands; begins it, with its pin, at first sight.
   *
   * @returns {Promise<import("./wire.js").Thread>}
   */
  async thread() {
    return this.#ask("GET", "/v1/thread");
  }

  /**
   * Messages newest first, those before a seq.
   *
   * @param {{ before?: number | string, limit?: number }} [which]
   * @returns {Promise<import("./wire.js").Page>}
   */
  async messages({ before, limit = 50 } = {}) {
    return this.#ask("GET", "/v1/thread/messages", { query: { before, limit } });
  }

  /**
   * Everything up to this seq was read. May be repeated; never goes back.
   *
   * @param {number} upto
   */
  async read(upto) {
    await this.#ask("POST", "/v1/thread/read", { body: { upto } });
  }

  /**
   * Everything up to this seq is stored or shown on this device. May be repeated.
   *
   * While the app is in front it goes over the socket, which spares the customer a push.
   *
   * @param {number} upto
   */
  async ack(upto) {
    if (this.#following.ack(upto)) return;
    await this.#ask("POST", "/v1/thread/ack", { body: { upto, device_id: this.#device } });
  }

  /**
   * The team page: name, place, people.
   *
   * @returns {Promise<import("./wire.js").Team>}
   */
  async team() {
    return this.#ask("GET", "/v1/team");
  }

  /**
   * Make this device known, for push: at every start of the app.
   *
   * @param {string} id
   * @param {import("./wire.js").Registration} registration
   * @returns {Promise<import("./wire.js").Registered>} with a token for the app's extension
   */
  async register(id, registration) {
    return this.#ask("PUT", `/v1/devices/${encodeURIComponent(id)}`, { body: registration });
  }

  /**
   * Forget a device.
   *
   * @param {string} id
   */
  async unregister(id) {
    await this.#ask("DELETE", `/v1/devices/${encodeURIComponent(id)}`);
  }

  /**
   * Everything that happens in the thread, from where the store ends: each once, in order.
   *
   * The first use connects; the connection is then kept until `close`, by long polls where no
   * socket gets through. Rejects with what makes coming back useless (`unauthorized` above all).
   * One reader at a time; the next one goes on where the last one stopped.
   *
   * @returns {AsyncIterableIterator<import("./wire.js").ThreadEvent>}
   */
  events() {
    this.connect();
    const next = async () => {
      await this.#ready;
      const value = await this.#following.next();
      return value === undefined ? END : { done: false, value };
    };
    const iterator = { next, return: async () => END, [Symbol.asyncIterator]: () => iterator };
    return /** @type {AsyncIterableIterator<import("./wire.js").ThreadEvent>} */ (iterator);
  }

  /** Go live without reading events yet; `events` does it by itself. */
  connect() {
    if (this.#linked) return;
    this.#linked = true;
    this.#ready.then(
      () => this.#following.start(),
      (error) => void this.#listeners.tell("end", asProblem(error)),
    );
  }

  /** Whether and how events come now. */
  get connection() {
    return this.#following.connection;
  }

  /**
   * The app is in front, or not; said again after each reconnect. In a page it is said by itself.
   *
   * @param {boolean} on
   */
  visible(on) {
    this.#following.visible(on);
    if (on) this.#following.hurry();
  }

  /**
   * Somebody types; repeat every few seconds. Lost without a socket.
   *
   * @param {boolean} on
   */
  typing(on) {
    this.#following.typing(on);
  }

  /**
   * Hear of something. The first listener to `event` reads the events, as `events()` would: the
   * next one comes when what this one returns is done. So use one or the other.
   *
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {import("./options.js").Listener<K>} listener
   */
  addEventListener(kind, listener) {
    this.#listeners.add(kind, listener);
    if (kind !== "event" || this.#pumping) return;
    this.#pumping = true;
    void this.#pump();
  }

  /**
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {import("./options.js").Listener<K>} listener
   */
  removeEventListener(kind, listener) {
    this.#listeners.remove(kind, listener);
  }

  /**
   * Leave the line and let go of the store. The event handed out last counts as done, or comes
   * `again` at the next start.
   *
   * @param {{ again?: boolean }} [how]
   */
  async close({ again = false } = {}) {
    this.#unwatch();
    await this.#postman.close();
    await this.#following.close(!again);
    await this.#store.close?.();
  }

  async #pump() {
    try {
      for await (const event of this.events()) await this.#listeners.tell("event", event);
    } catch {
      // Who listens to `end` has heard of it.
    }
  }

  /**
   * @param {"GET" | "POST" | "PUT" | "DELETE"} method
   * @param {string} path
   * @param {Parameters<import("./calls.js").Calls["call"]>[2]} [asked]
   * @returns {Promise<any>}
   */
  async #ask(method, path, asked) {
    await this.#ready;
    const { body } = await this.#calls.call(method, path, asked);
    return body;
  }
}

/** @type {IteratorReturnResult<undefined>} */
const END = { done: true, value: undefined };
