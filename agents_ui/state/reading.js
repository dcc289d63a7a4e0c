/** Where this agent looks: the lists, the open thread, and what the others are told of it. */

import * as api from "../api/desk.js";
import { nextNeeding } from "../core/views.js";
import { go, isRoom, place } from "./place.js";

const VIEWING_MS = 45_000;

export class Reading {
  #desk;
  #viewing = 0;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Show a list. @param {import("../core/views.js").View} view */
  list(view) {
    const { lists, voice, words } = this.#desk;
    go({ view });
    void lists.need(view);
    voice.say(words.say("say.list", { list: words.say(`view.${view}`), count: this.countOf(view) }));
  }

  /** How long a list is, in words. @param {import("./place.js").At["view"]} view */
  countOf(view) {
    if (view === "search" || isRoom(view)) return "";
    const { callbacks, lists, words } = this.#desk;
    if (view === "callbacks") return words.say("call.count", { count: callbacks.shown.value.length });
    const count = lists.shown[view].value.length;
    const more = lists.loaded[view].value.next !== null;
    return words.say(more ? "view.count.more" : "view.count", { count });
  }

  /** Open a thread, or none. @param {string | null} thread */
  show(thread) {
    if (this.#viewing !== 0) this.#unlook(place.value.thread);
    go({ thread });
    this.opened();
  }

  /** Open the next thread that needs this agent; false where there is none. */
  next() {
    const desk = this.#desk;
    const teams = new Set(desk.teams.value.map(({ id }) => id));
    const me = { id: desk.me.value?.id ?? "", teams };
    const found = nextNeeding(desk.lists.threads.value.values(), me, place.value.thread);
    if (found === null) {
      desk.tell(desk.words.say("done.none"));
      return false;
    }
    const view = found.assignee === null ? "waiting" : "mine";
    go({ view, thread: found.id });
    this.opened();
    return true;
  }

  /** The place has changed, by whatever way. */
  opened() {
    const { thread } = place.value;
    const { phase, writing } = this.#desk;
    if (thread === null || phase.value !== "in") return;
    writing.kind.value = writing.drafts.of(thread).kind;
    void this.#desk.know(thread);
    this.look();
  }

  /** Tell the others, now and again, that this agent has the thread open. */
  look() {
    const { thread } = place.value;
    clearInterval(this.#viewing);
    if (thread === null) return;
    const say = () => this.#desk.pass({ type: "viewing", thread, on: true });
    say();
    this.#viewing = window.setInterval(say, VIEWING_MS);
  }

  /** @param {string | null} thread */
  #unlook(thread) {
    clearInterval(this.#viewing);
    this.#viewing = 0;
    if (thread !== null) this.#desk.pass({ type: "viewing", thread, on: false });
  }

  /** @param {string} thread @param {boolean} on @param {boolean} isPrivate */
  typing(thread, on, isPrivate) {
    this.#desk.pass({ type: "typing", thread, on, ...(isPrivate && { private: true }) });
  }

  /** The agent has seen everything of a thread up to there. @param {string} thread @param {number} upto */
  async seen(thread, upto) {
    const { lists } = this.#desk;
    const unread = lists.threads.value.get(thread)?.unread;
    lists.read(thread);
    if (!unread) return;
    try {
      await this.#desk.heed(api.markRead(thread, upto));
    } catch {
      // It is marked again with the next thing that is seen.
    }
  }
}
