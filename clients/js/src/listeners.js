/**
 * `addEventListener` for where there may be no EventTarget (React Native). A listener that throws
 * harms no other one.
 *
 * @template {Record<string, any>} Kinds
 */
export class Listeners {
  /** @type {Map<keyof Kinds, Set<(detail: any) => unknown>>} */
  #kinds = new Map();

  /**
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {(detail: Kinds[K]) => unknown} listener
   */
  add(kind, listener) {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? new Set()).add(listener));
  }

  /**
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {(detail: Kinds[K]) => unknown} listener
   */
  remove(kind, listener) {
    this.#kinds.get(kind)?.delete(listener);
  }

  /** @param {keyof Kinds} kind */
  has(kind) {
    return (this.#kinds.get(kind)?.size ?? 0) > 0;
  }

  /**
   * Tell them, one after the other; resolves when all that returned a promise are done.
   *
   * @template {keyof Kinds} K
   * @param {K} kind
   * @param {Kinds[K]} detail
   */
  async tell(kind, detail) {
    for (const listener of [...(this.#kinds.get(kind) ?? [])]) {
      try {
        await listener(detail);
      } catch (error) {
        console.error(`a listener to ${String(kind)} failed`, error);
      }
    }
  }
}
