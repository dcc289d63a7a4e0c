/**
 * The tabs of one browser that share a store: one of them sends, and tells the others what came.
 *
 * By Web Locks and BroadcastChannel. Where there are none (React Native, old browsers) everybody
 * holds everything, which does no harm but doubled requests: the server knows a `client_id` again.
 */

export class Tabs {
  #name;
  #ended = new AbortController();
  /** @type {BroadcastChannel | null} */
  #channel = null;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /**
   * Wait until this is ours, and hold it until the tab goes or `close`.
   *
   * @param {string} what
   * @returns {Promise<void>} never settles where it is never ours
   */
  async hold(what) {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) return;
    const { signal } = this.#ended;
    await new Promise((resolve) => {
      const held = () => {
        resolve(undefined);
        return new Promise((end) => signal.addEventListener("abort", end, { once: true }));
      };
      locks.request(`${this.#name}/${what}`, { signal }, held).catch(() => {});
    });
  }

  /** @param {(message: any) => void} hear what other tabs tell */
  listen(hear) {
    if (typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => hear(data);
  }

  /** @param {object} message */
  tell(message) {
    this.#channel?.postMessage(message);
  }

  /** Let go of everything. */
  close() {
    this.#ended.abort();
    this.#channel?.close();
    this.#channel = null;
  }
}
