/**
 * What a client must not forget, in a store: whose it is, where it stands, what to send.
 *
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").Refused} Refused
 *
 * @typedef {object} Store Values by key, kept until they are deleted. Any will do that keeps its
 *   word: `set` resolves when the value is kept, with `durable` when it is on disk.
 * @property {(key: string) => Promise<any>} get undefined where there is none
 * @property {(key: string, value: any, how?: { durable?: boolean }) => Promise<void>} set
 * @property {(key: string) => Promise<void>} delete
 * @property {(prefix: string) => Promise<{ key: string, value: any }[]>} list by rising key
 * @property {() => Promise<void>} [close]
 * @property {import("./tabs.js").Tabs} [tabs] others that share the store
 *
 * @typedef {{ draft: Draft, refused?: { code: string, detail: string } }} Kept
 */

import { PinboxError } from "./problems.js";

const DRAFTS = "draft/";

export class Journal {
  #store;
  #clock;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {Store} store
   * @param {import("./clock.js").Clock} clock
   */
  constructor(store, clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Make the store this person's. Rejects with `unauthorized` if it is already another's.
   *
   * @param {string} owner
   */
  async claim(owner) {
    const found = await this.#store.get("owner");
    if (found === undefined) return this.#store.set("owner", owner);
    if (found === owner) return;
    throw new PinboxError("unauthorized", "this store holds what belongs to somebody else");
  }

  /** @returns {Promise<import("./feed.js").Place | undefined>} */
  async place() {
    return this.#store.get("place");
  }

  /** @param {import("./feed.js").Place} place */
  async stand(place) {
    await this.#store.set("place", place);
  }

  /**
   * Put a draft at the end of the outbox; it is on disk when this resolves.
   *
   * The same draft again changes nothing, but one that was set aside gets a new chance. Rejects
   * with `conflict` where its `client_id` is taken by another one.
   *
   * @param {Draft} draft
   */
  async keep(draft) {
    return this.#alone(async () => {
      const kept = await this.#kept();
      const same = kept.find(({ value }) => value.draft.client_id === draft.client_id);
      if (same !== undefined && JSON.stringify(same.value.draft) !== JSON.stringify(draft)) {
        throw new PinboxError("conflict", "this client_id is in the outbox with another body");
      }
      const key = same?.key ?? this.#keyAfter(kept.at(-1)?.key, draft.client_id);
      await this.#store.set(key, { draft }, { durable: true });
    });
  }

  /** What is still to be sent, in order. */
  async drafts() {
    const kept = await this.#kept();
    return kept.filter(({ value }) => !value.refused).map(({ value }) => value.draft);
  }

  /**
   * What was set aside, oldest first.
   *
   * @returns {Promise<Refused[]>}
   */
  async refused() {
    const kept = await this.#kept();
    return kept.flatMap(({ value: { draft, refused } }) => (refused ? { draft, ...refused } : []));
  }

  /**
   * Forget a draft: it was answered, or the person gave it up.
   *
   * @param {string} client_id
   */
  async drop(client_id) {
    return this.#alone(async () => {
      for (const { key, value } of await this.#kept()) {
        if (value.draft.client_id === client_id) await this.#store.delete(key);
      }
    });
  }

  /**
   * Set a draft aside: the server will never take it as it is.
   *
   * @param {string} client_id
   * @param {{ code: string, detail: string }} why
   */
  async refuse(client_id, { code, detail }) {
    return this.#alone(async () => {
      for (const { key, value } of await this.#kept()) {
        if (value.draft.client_id !== client_id) continue;
        await this.#store.set(key, { ...value, refused: { code, detail } });
      }
    });
  }

  /** @returns {Promise<{ key: string, value: Kept }[]>} */
  #kept() {
    return this.#store.list(DRAFTS);
  }

  /**
   * Keys rise in the order of writing, also over restarts and where the clock steps back; those of
   * two tabs differ by the `client_id`.
   *
   * @param {string | undefined} last
   * @param {string} client_id
   */
  #keyAfter(last, client_id) {
    const after = last === undefined ? 0 : Number(last.slice(DRAFTS.length).split("/", 1)[0]) + 1;
    const number = Math.max(this.#clock.wall(), after);
    return `${DRAFTS}${String(number).padStart(16, "0")}/${client_id}`;
  }

  /**
   * One change at a time: each looks before it writes.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #alone(work) {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => {});
    return done;
  }
}
