/**
 * What is on its way out, as the thread shows it. Before the outbox has a message on disk it stands in
 * `localStorage`, which is written at once: a page that is closed at that moment finds it at the next
 * start, and puts it into the outbox under the same `client_id`, so it becomes one message.
 *
 * @typedef {import("../lib/wire.js").Draft} Draft
 * @typedef {{ draft: Draft, refused: { code: string, detail: string } | null,
 *   files?: readonly import("./parcels.js").Enclosed[] }} Shown `files` of one that waits for them
 */

import { PinboxError } from "../lib/problems.js";
import { signal } from "../vendor/preact.js";

export class Drafts {
  /** @type {import("../vendor/preact.js").Signal<Shown[]>} */
  shown = signal([]);
  #app;
  #key = "";
  /** @type {Draft[]} written, and not yet in the outbox */
  #fresh = [];
  /** @type {Promise<unknown>} */
  #looking = Promise.resolve();

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.#app = app;
  }

  /** @param {string} person whose page this is */
  async open(person) {
    this.#key = `pinbox-app/${person}/sending`;
    for (const draft of this.#kept()) {
      this.#fresh.push(draft);
      const { client_id: clientId, body, attachments, urgent } = draft;
      try {
        await this.#app.client.post(body, { clientId, attachments, urgent });
        this.stored(clientId);
      } catch (error) {
        // The page opens all the same, and shows what it could not keep.
        this.shown.value = [...this.shown.value, { draft, refused: asRefused(error) }];
      }
    }
    await this.look();
  }

  /** It was written just now. @param {Draft} draft */
  note(draft) {
    this.#fresh.push(draft);
    this.#keep();
    this.shown.value = [...this.shown.value, { draft, refused: null }];
  }

  /** The outbox has it. @param {string} clientId */
  stored(clientId) {
    this.#fresh = this.#fresh.filter(({ client_id }) => client_id !== clientId);
    this.#keep();
  }

  /** It goes back to who wrote it. @param {string} clientId */
  takeBack(clientId) {
    this.stored(clientId);
    this.shown.value = this.shown.value.filter((one) => one.draft.client_id !== clientId);
  }

  /** The outbox would not have it. @param {string} clientId @param {unknown} error */
  fail(clientId, error) {
    const refused = asRefused(error);
    this.shown.value = this.shown.value.map((one) =>
      one.draft.client_id === clientId ? { ...one, refused } : one,
    );
  }

  /** Nobody else who uses this browser may find what was not sent. */
  forget() {
    this.#fresh = [];
    this.#keep();
  }

  /** What the outbox holds now. One look after the other, so that none shows what was before. */
  async look() {
    const looked = this.#looking.then(() => this.#look()).catch((error) => {
      // Who is leaving has let go of the store.
      if (!this.#app.leaving) throw error;
    });
    this.#looking = looked.catch(() => {});
    return looked;
  }

  async #look() {
    const { client, log, parcels } = this.#app;
    // From the parcels into the outbox, and from there to the refused: what moves on while it is looked
    // for may be found twice, and the later place counts. It is never found nowhere.
    const waiting = await parcels.all();
    const pending = await client.pending();
    const refused = await client.refused();
    /** @type {Map<string, Shown>} */
    const places = new Map();
    for (const { draft, files, refused = null } of waiting) places.set(draft.client_id, { draft, files, refused });
    for (const draft of pending) places.set(draft.client_id, { draft, refused: null });
    for (const { draft, code, detail } of refused) places.set(draft.client_id, { draft, refused: { code, detail } });
    // Those in the outbox were written first.
    const now = [...places.values()].sort((one, two) => Number("files" in one) - Number("files" in two));
    const known = new Set(now.map(({ draft }) => draft.client_id));
    const there = new Set(log.value.messages.map(({ client_id }) => client_id));
    const fresh = new Set(this.#fresh.map(({ client_id }) => client_id));
    // What has left the outbox, or is not yet in it, stays in sight until it stands in the thread.
    const between = this.shown.value.filter(({ draft: { client_id }, refused: gone }) => {
      return !known.has(client_id) && !there.has(client_id) && (gone === null || fresh.has(client_id));
    });
    this.shown.value = [...now, ...between];
  }

  /** Once more, anew. @param {Draft} draft */
  async again(draft) {
    const shown = this.shown.value.find((one) => one.draft.client_id === draft.client_id);
    if (shown?.files !== undefined) return this.#app.carryAgain(draft.client_id);
    const { client_id: clientId, body, attachments, urgent } = draft;
    try {
      await this.#app.client.post(body, { clientId, attachments, urgent });
    } catch (error) {
      return this.fail(clientId, error);
    }
    this.stored(clientId);
    return this.look();
  }

  /** Not any more. @param {Draft} draft */
  async discard(draft) {
    this.stored(draft.client_id);
    await this.#app.parcels.drop(draft.client_id);
    await this.#app.client.discard(draft.client_id);
    this.takeBack(draft.client_id);
  }

  #keep() {
    try {
      if (this.#fresh.length === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify(this.#fresh));
    } catch {
      // A browser that keeps nothing here still has the outbox, a moment later.
    }
  }

  /** @returns {Draft[]} */
  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "[]");
    } catch {
      return [];
    }
  }
}

/** Why it could not be kept. @param {unknown} error @returns {{ code: string, detail: string }} */
function asRefused(error) {
  if (error instanceof PinboxError) return { code: error.code, detail: error.detail };
  return { code: "store", detail: String(error) };
}
