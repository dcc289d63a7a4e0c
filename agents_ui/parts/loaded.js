/** What a screen fetches when it opens, and again when something was saved. */

import { html, useEffect, useState } from "../vendor/preact.js";

/**
 * @template T
 * @param {import("../state/desk.js").Desk} desk
 * @param {() => Promise<T>} load
 * @param {readonly unknown[]} when fetched anew when one of these changes
 * @returns {{ value: T | null, lost: boolean, again: () => Promise<void> }}
 */
export function useLoaded(desk, load, when) {
  const [value, setValue] = useState(/** @type {T | null} */ (null));
  const [lost, setLost] = useState(false);
  const again = async () => {
    try {
      setValue(await load());
      setLost(false);
    } catch (error) {
      setLost(true);
      desk.failed(error);
    }
  };
  useEffect(() => void again(), when);
  return { value, lost, again };
}

/** In place of what is not there yet, or could not be had. @param {{ desk: import("../state/desk.js").Desk, loaded: { lost: boolean, again: () => Promise<void> } }} props */
export function Loading({ desk, loaded: { lost, again } }) {
  if (!lost) return html`<p class="hint" aria-busy="true">${desk.words.say("view.loading")}</p>`;
  return html`<p class="hint">${desk.words.say("room.lost")}</p>
    <button type="button" onClick=${again}>${desk.words.say("thread.retry")}</button>`;
}
