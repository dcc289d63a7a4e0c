/**
 * The calls that customers of my teams want: a list that follows the teams' streams.
 *
 * @typedef {import("../core/callbacks.js").Call} Call
 * @typedef {import("../core/callbacks.js").Card} Card
 */

import * as api from "../api/callbacks.js";
import { called, inOrder, isOpen } from "../core/callbacks.js";
import { computed, signal } from "../vendor/preact.js";
import { go } from "./place.js";

const AGAIN_MS = 250;
const SOON_MS = 10 * 60_000;

export class Calls {
  /** @type {import("../vendor/preact.js").Signal<Map<string, Call>>} by id */
  calls = signal(new Map());
  /** @type {import("../vendor/preact.js").Signal<"open" | "over">} which are shown */
  which = signal("open");
  /** @type {import("../vendor/preact.js").Signal<"no" | "loading" | "yes" | "failed">} */
  state = signal("no");
  /** @type {Record<"open" | "over", import("../vendor/preact.js").Signal<string | null>>} */
  next = { open: signal(null), over: signal(null) };
  shown = computed(() => inOrder(this.calls.value.values(), this.which.value));
  /** The same as rows of a list, each once, by its thread. */
  rows = computed(() => [...new Set(this.shown.value.map(({ thread }) => thread))].map((id) => ({ id })));
  #desk;
  #again = 0;
  #life = 0;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Somebody else sits here now. */
  forget() {
    this.#life += 1;
    this.calls.value = new Map();
    this.state.value = "no";
    this.next.over.value = this.next.open.value = null;
  }

  /** Go to the list. */
  show() {
    const { words, voice } = this.#desk;
    go({ view: "callbacks" });
    const count = this.shown.value.length;
    const told = { list: words.say("view.callbacks"), count: words.say("call.count", { count }) };
    voice.say(words.say("say.list", told));
  }

  /** How many should be made now or soon. @param {number} now */
  due(now) {
    let count = 0;
    for (const { callback } of this.calls.value.values()) {
      if (isOpen(callback) && Date.parse(callback.due_at) - now <= SOON_MS) count += 1;
    }
    return count;
  }

  /** Load the first page of what is shown, unless it is there. */
  async need() {
    if (this.state.value === "no" || this.state.value === "failed") await this.load();
  }

  /** Show those to be made, or those that are over. @param {"open" | "over"} which */
  async choose(which) {
    this.which.value = which;
    await this.load();
  }

  /**
   * @param {string | null} [cursor] where the next page begins
   * @param {"open" | "over"} [which] unless it is what is shown
   */
  async load(cursor = null, which = this.which.value) {
    const life = this.#life;
    this.state.value = "loading";
    try {
      const page = await api.listCallbacks(which, cursor);
      if (life !== this.#life) return;
      const known = new Map(this.calls.value);
      for (const call of page.items) known.set(call.callback.id, call);
      this.calls.value = known;
      this.next[which].value = page.next;
      this.state.value = "yes";
    } catch (error) {
      this.state.value = "failed";
      this.#desk.failed(error);
    }
  }

  /** @param {import("../core/shapes.js").Item[]} items of a team's stream */
  apply(items) {
    const { calls, unknown } = called(this.calls.value, items);
    this.calls.value = calls;
    if (unknown && this.#again === 0) {
      this.#again = window.setTimeout(() => void this.#learn(), AGAIN_MS);
    }
  }

  async #learn() {
    this.#again = 0;
    await this.load(null, "open");
  }

  /** I make this call. @param {Card} card */
  take(card) {
    return this.#act(() => api.takeCallback(card.id), "call.done.take");
  }

  /** What came of it. @param {Card} card @param {"spoke" | "no_answer"} outcome @param {string} remark */
  attempt(card, outcome, remark) {
    const made = { outcome, ...(remark !== "" && { remark }) };
    return this.#act(() => api.attemptCallback(card.id, made), `call.done.${outcome}`);
  }

  /** Nobody is to call any more. @param {Card} card */
  cancel(card) {
    return this.#act(() => api.cancelCallback(card.id), "call.done.cancel");
  }

  /** @param {string} thread @param {any} draft */
  book(thread, draft) {
    return this.#act(() => api.bookCallback(thread, draft), "call.done.book");
  }

  /**
   * @param {() => Promise<Card>} act
   * @param {string} word
   * @returns {Promise<boolean>}
   */
  async #act(act, word) {
    const { words, voice } = this.#desk;
    try {
      const card = await act();
      const before = this.calls.value.get(card.id);
      if (before !== undefined) {
        this.calls.value = new Map(this.calls.value).set(card.id, { ...before, callback: card });
      } else void this.#learn();
      const at = words.times.value.soon(card.due_at, Date.now());
      const missed = word === "call.done.no_answer" && card.state === "missed";
      voice.say(words.say(missed ? "call.done.missed" : word, { at }));
      return true;
    } catch (error) {
      this.#desk.failed(error);
      return false;
    }
  }
}
