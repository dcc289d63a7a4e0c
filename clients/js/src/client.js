/** A customer's client: the thread, a durable outbox, and events that go on where they ended. */

import { makeDraft } from "./draft.js";
import { assemble, callsOf } from "./parts.js";
import { Reader } from "./reader.js";
import { watchPage } from "./surroundings.js";

/** @typedef {import("./options.js").Kinds} Kinds */

/**
 * One customer's side of one thread. Every call rejects with a PinboxError: the server's code, or
 * `unreachable` where no answer came.
 */
export class PinboxClient {
  #parts;
  #reader;
  #ready;
  #calls;
  #unwatch = () => {};

  /**
   * @param {string} url of the server; a TypeError where it is none
   * @param {import("./credentials.js").TokenSource} token
   * @param {import("./options.js").Options} [options]
   */
  constructor(url, token, options = {}) {
    const { following, listeners, calls } = (this.#parts = assemble(url, token, options));
    this.#reader = new Reader(following, listeners, () => this.#ready);
    this.#ready = this.#open();
    // Whoever calls anything hears of it there.
    this.#ready.catch(() => {});
    this.#calls = callsOf(calls, this.#ready);
    /** Calls that the team makes: free times, booking, calling off. */
    this.callbacks = this.#calls.callbacks;
    /** When the customer's devices are not rung. */
    this.quiet = this.#calls.quiet;
    if (options.watch ?? true) this.#unwatch = watchPage(following);
  }

  async #open() {
    const { credentials, postman } = this.#parts;
    // A fixed token says at once whose store this must be.
    if (!credentials.renewable) await credentials.token();
    if (!this.#reader.linked) postman.feed({ is: "way", open: true });
    postman.start().catch((error) => console.error("the outbox cannot be sent", error));
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
   */
  async send(body, options) {
    await this.#ready;
    const { answer } = await this.#parts.postman.put(makeDraft(body, options));
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
    await this.#parts.postman.put(draft);
    return draft.client_id;
  }

  /** Wait until the outbox is empty, however long that takes. */
  async flush() {
    await this.#ready;
    await this.#parts.postman.flush();
  }

  /** What is still on its way out, in order. */
  async pending() {
    await this.#ready;
    return this.#parts.journal.drafts();
  }

  /** What the server will not take, with the reason: show it, then send it anew or discard. */
  async refused() {
    await this.#ready;
    return this.#parts.journal.refused();
  }

  /**
   * Forget a refused draft.
   *
   * @param {string} clientId
   */
  async discard(clientId) {
    await this.#ready;
    await this.#parts.journal.drop(clientId);
    await this.#parts.postman.reload();
  }

  /** The thread as it stands; begins it, with its pin, at first sight. */
  thread() {
    return this.#calls.thread.state();
  }

  /**
   * Messages newest first, those before a seq.
   *
   * @param {{ before?: number | string, limit?: number }} [which]
   */
  messages(which = {}) {
    return this.#calls.thread.messages(which);
  }

  /**
   * Everything up to this seq was read. May be repeated; never goes back.
   *
   * @param {number} upto
   */
  read(upto) {
    return this.#calls.thread.read(upto);
  }

  /**
   * Everything up to this seq is stored or shown on this device. May be repeated.
   *
   * While the app is in front it goes over the socket, which spares the customer a push.
   *
   * @param {number} upto
   */
  async ack(upto) {
    if (!this.#parts.following.ack(upto)) await this.#calls.thread.ack(upto, this.#parts.device);
  }

  /** The team page: name, place, people, hours, what it says, and what can be expected of it. */
  team() {
    return this.#calls.thread.team();
  }

  /**
   * Say how a resolved conversation went, from 1 to 5; may be changed for some days. `conflict`
   * where it is not resolved, or was so too long ago.
   *
   * @param {number} conversation
   * @param {number} score
   * @param {string} [comment]
   */
  rate(conversation, score, comment) {
    return this.#calls.thread.rate(conversation, score, comment);
  }

  /**
   * Wait for the closed team, or be answered by another now. `conflict` where nothing is asked.
   *
   * @param {"wait" | "now"} choice
   */
  cover(choice) {
    return this.#calls.thread.cover(choice);
  }

  /**
   * How to be cared for from now on: one of the thread's `care.offers`.
   *
   * @param {import("./wire.js").Preference} preference
   */
  care(preference) {
    return this.#calls.thread.care(preference);
  }

  /**
   * Upload a file, whose `id` then goes with one message. After `unreachable` upload it anew.
   *
   * @param {Blob | ArrayBuffer | ArrayBufferView} file
   * @param {import("./files.js").UploadOptions} [options]
   */
  upload(file, options = {}) {
    return this.#calls.files.upload(file, options);
  }

  /**
   * What an upload is, and links to it that hold for minutes.
   *
   * @param {string} id
   */
  file(id) {
    return this.#calls.files.links(id);
  }

  /**
   * Make this device known, for push, at every start of the app; gives a token for its extension.
   *
   * @param {string} id
   * @param {import("./wire.js").Registration} registration
   */
  register(id, registration) {
    return this.#calls.devices.register(id, registration);
  }

  /**
   * Forget a device.
   *
   * @param {string} id
   */
  unregister(id) {
    return this.#calls.devices.forget(id);
  }

  /** The key that a web page subscribes to pushes with; `not_found` without Web Push. */
  pushKey() {
    return this.#calls.devices.pushKey();
  }

  /**
   * Everything that happens in the thread, from where the store ends: each once, in order.
   *
   * The first use connects; the connection is then kept until `close`, by long polls where no
   * socket gets through. Rejects with what makes coming back useless (`unauthorized` above all).
   * One reader at a time; the next one goes on where the last one stopped.
   */
  events() {
    return this.#reader.events();
  }

  /** Go live without reading events yet; `events` does it by itself. */
  connect() {
    this.#reader.connect();
  }

  /** Whether and how events come now. */
  get connection() {
    return this.#parts.following.connection;
  }

  /**
   * The app is in front, or not; said again after each reconnect. In a page it is said by itself.
   *
   * @param {boolean} on
   */
  visible(on) {
    this.#parts.following.visible(on);
    if (on) this.#parts.following.hurry();
  }

  /**
   * Somebody types; repeat every few seconds. Lost without a socket.
   *
   * @param {boolean} on
   */
  typing(on) {
    this.#parts.following.typing(on);
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
    this.#parts.listeners.add(kind, listener);
    if (kind === "event") void this.#reader.pump();
  }

  /**
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {import("./options.js").Listener<K>} listener
   */
  removeEventListener(kind, listener) {
    this.#parts.listeners.remove(kind, listener);
  }

  /**
   * Leave the line and let go of the store. The event handed out last counts as done, or comes
   * `again` at the next start.
   *
   * @param {{ again?: boolean }} [how]
   */
  async close({ again = false } = {}) {
    this.#unwatch();
    await this.#parts.postman.close();
    await this.#parts.following.close(!again);
    await this.#parts.store.close?.();
  }
}
