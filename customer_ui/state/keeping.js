/**
 * What this browser keeps for the page beside the outbox: who is signed in, and what was last shown.
 * The service worker reads it, too.
 *
 * @typedef {{ token: string, person: string }} Session
 */

import { makeId } from "../lib/draft.js";
import { IndexedDbStore } from "../lib/stores/indexeddb.js";

const kept = new IndexedDbStore("pinbox-app");

/** @returns {Promise<Session | undefined>} */
export const readSession = () => kept.get("session");

/** @param {Session} session */
export const writeSession = (session) => kept.set("session", session, { durable: true });

export const forgetSession = () => kept.delete("session");

/** @param {string} name @returns {Promise<any>} */
export const readKept = (name) => kept.get(name);

/** @param {string} name @param {unknown} value */
export const keep = (name, value) => kept.set(name, value);

/** @param {string} name */
export const forget = (name) => kept.delete(name);

/** What this installation is called, for receipts and push. @returns {Promise<string>} */
export async function deviceId() {
  const known = await kept.get("device");
  if (known !== undefined) return known;
  const made = `web-${makeId()}`;
  await kept.set("device", made, { durable: true });
  return made;
}

/** The outbox of one person. @param {string} person */
export const outboxOf = (person) => new IndexedDbStore(`pinbox-app/${person}`);
