/**
 * Who types, looks and is there now: told over the live line, never stored, lapsing by itself.
 *
 * @typedef {{ kind: "typing" | "viewing" | "presence", id: string, name: string,
 *   of: "customer" | "agent", until: number }} Sign
 */

import { signal } from "../vendor/preact.js";
import { now } from "./clock.js";

const LASTS_MS = { typing: 10_000, viewing: 90_000, presence: 90_000 };

export class Passing {
  /** @type {import("../vendor/preact.js").Signal<Map<string, Sign[]>>} by thread */
  #signs = signal(new Map());

  /** @param {any} frame */
  hear({ type, thread, who, on }) {
    const kind = /** @type {Sign["kind"]} */ (type);
    const others = this.#of(thread).filter((sign) => sign.kind !== kind || sign.id !== who.id);
    const sign = { kind, id: who.id, name: who.name ?? who.id, of: who.kind };
    const until = Date.now() + LASTS_MS[kind];
    const signs = on ? [...others, { ...sign, until }] : others;
    this.#signs.value = new Map(this.#signs.value).set(thread, signs);
    if (on) setTimeout(() => (now.value = Date.now()), LASTS_MS[kind] + 50);
  }

  /** Who has said something types no more. @param {import("../core/shapes.js").Item[]} items */
  said(items) {
    for (const { thread, message, note } of items) {
      const author = (message ?? note)?.author;
      const typing = this.#of(thread).some(({ kind, id }) => kind === "typing" && id === author?.id);
      if (typing) this.hear({ type: "typing", thread, who: author, on: false });
    }
  }

  /** @param {string} thread @returns {Sign[]} */
  of(thread) {
    return this.#of(thread).filter(({ until }) => until > now.value);
  }

  /** @param {string} thread */
  #of(thread) {
    return this.#signs.value.get(thread) ?? [];
  }
}
