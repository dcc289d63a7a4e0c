/**
 * Messages whose files are not on the server yet, and whatever was written after them, in order. A parcel
 * lies in this browser's store with its files until they are uploaded; what they are called there is
 * kept before the message goes into the outbox, so a parcel that is sent twice is still one message.
 * The page delivers, or the service worker where the page has gone.
 *
 * @typedef {{ name: string, type: string, size: number, id?: string }} Enclosed with the id of its upload
 * @typedef {{ client_id: string, body: string, urgent: boolean }} Written
 * @typedef {{ draft: Written, files: Enclosed[], refused?: { code: string, detail: string } | null,
 *   faults?: number }} Parcel
 */

import { PinboxError } from "../lib/problems.js";

const PARCELS = "parcel/";
/** After so many internal errors a parcel is set aside: it must not block those behind it. */
const FAULTS = 5;

export class Parcels {
  #store;
  #client;
  #lock;

  /**
   * @param {import("../lib/client.js").PinboxClient} client
   * @param {import("../lib/journal.js").Store} store where the outbox is, too
   * @param {string} person
   */
  constructor(client, store, person) {
    this.#client = client;
    this.#store = store;
    this.#lock = `pinbox-app/${person}/parcels`;
  }

  /** What waits here, the oldest first. @returns {Promise<Parcel[]>} */
  async all() {
    return (await this.#store.list(PARCELS)).map(({ value }) => value);
  }

  /**
   * Keep one at the end; it is on disk with its files when this resolves.
   *
   * @param {Written} draft
   * @param {(Enclosed & { file?: Blob })[]} chosen with the file unless it is uploaded already
   */
  async put(draft, chosen) {
    const kept = await this.#store.list(PARCELS);
    const last = Number(kept.at(-1)?.key.slice(PARCELS.length).split("/", 1)[0] ?? 0);
    const number = String(Math.max(Date.now(), last + 1)).padStart(16, "0");
    for (const [n, { file }] of chosen.entries()) {
      if (file !== undefined) await this.#store.set(place(draft, n), await file.arrayBuffer());
    }
    const files = chosen.map(({ name, type, size, id }) => ({ name, type, size, id }));
    const parcel = { draft, files, refused: null };
    await this.#store.set(`${PARCELS}${number}/${draft.client_id}`, parcel, { durable: true });
  }

  /** A file of a parcel. @param {string} clientId @param {number} n @param {string} type */
  async file(clientId, n, type) {
    const bytes = await this.#store.get(place({ client_id: clientId }, n));
    return bytes === undefined ? null : new Blob([bytes], { type });
  }

  /** Once more, after it was refused. @param {string} clientId */
  async again(clientId) {
    for (const { key, value } of await this.#store.list(PARCELS)) {
      if (value.draft.client_id === clientId) await this.#store.set(key, { ...value, refused: null, faults: 0 });
    }
  }

  /** Not any more. @param {string} clientId */
  async drop(clientId) {
    for (const { key, value } of await this.#store.list(PARCELS)) {
      if (value.draft.client_id !== clientId) continue;
      await this.#store.delete(key);
      for (const n of value.files.keys()) await this.#store.delete(place(value.draft, n));
    }
  }

  /** Upload what waits, and put it into the outbox. Rejects where it has to be tried again. */
  async deliver() {
    // A browser without locks has no Background Sync either, so it is the page alone that delivers.
    if (navigator.locks === undefined) return this.#deliver();
    return navigator.locks.request(this.#lock, () => this.#deliver());
  }

  async #deliver() {
    for (const { key, value } of await this.#store.list(PARCELS)) {
      if (!value.refused) await this.#send(key, value);
    }
  }

  /** @param {string} key @param {Parcel} parcel */
  async #send(key, parcel) {
    const { draft, files } = parcel;
    try {
      for (const [n, one] of files.entries()) {
        if (one.id !== undefined) continue;
        const file = await this.file(draft.client_id, n, one.type);
        one.id = (await this.#client.upload(file ?? new Blob(), { name: one.name })).id;
        await this.#store.set(key, parcel, { durable: true });
      }
    } catch (error) {
      return this.#fail(key, parcel, error);
    }
    const attachments = files.map(({ id }) => String(id));
    await this.#client.post(draft.body, { clientId: draft.client_id, urgent: draft.urgent, attachments });
    return this.drop(draft.client_id);
  }

  /** @param {string} key @param {Parcel} parcel @param {unknown} error */
  async #fail(key, parcel, error) {
    if (!(error instanceof PinboxError)) throw error;
    const { code, detail, temporary } = error;
    const faults = (parcel.faults ?? 0) + (code === "internal" ? 1 : 0);
    const again = temporary || code === "unauthorized" || (code === "internal" && faults < FAULTS);
    await this.#store.set(key, { ...parcel, faults, refused: again ? null : { code, detail } });
    if (again) throw error;
  }
}

/** Where a file of a parcel lies. @param {{ client_id: string }} draft @param {number} n */
function place({ client_id }, n) {
  return `file/${client_id}/${n}`;
}
