/**
 * What this browser keeps for the page beside the outbox: who is signed in, and what was last shown.
 * The service worker reads it, too.
 *
 * @typedef {{ token: string, person: string }} Session
 */

import { makeId } from "../lib/draft.js";
import { IndexedDbStore } from "../lib/stores/indexeddb.js";
import { MemoryStore } from "../lib/stores/memory.js";

/**
 * A store that outlives the page; where the browser has none for it, as for frames of other sites with
 * third-party storage switched off, or no room to begin one, one that lives as long as the page.
 *
 * @param {string} name
 * @param {string} first what is kept there before anything else
 * @returns {Promise<import("../lib/journal.js").Store>}
 */
async function openStore(name, first) {
  const store = new IndexedDbStore(name);
  try {
    if ((await store.get(first)) === undefined) {
      await store.set("trial", true);
      await store.delete("trial");
    }
    return store;
  } catch {
    return new MemoryStore();
  }
}

const opening = openStore("pinbox-app", "device");

/** @param {string} name @returns {Promise<any>} */
export const readKept = async (name) => (await opening).get(name);

/** @param {string} name @param {unknown} value */
export const keep = async (name, value) => (await opening).set(name, value, { durable: true });

/** @param {string} name */
export const forget = async (name) => (await opening).delete(name);

/** @returns {Promise<Session | undefined>} */
export const readSession = () => readKept("session");

/** @param {Session} session */
export const writeSession = (session) => keep("session", session);

export const forgetSession = () => forget("session");

/** What this installation is called, for receipts and push. @returns {Promise<string>} */
export async function deviceId() {
  const known = await readKept("device");
  if (known !== undefined) return known;
  const made = `web-${makeId()}`;
  await keep("device", made).catch(() => {});
  return made;
}

/** The outbox of one person. @param {string} person */
export const outboxOf = (person) => openStore(`pinbox-app/${person}`, "owner");
