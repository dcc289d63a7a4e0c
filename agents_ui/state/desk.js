/**
 * The desk: who sits here, what is known, and what can be done. Screens show it and call it; it
 * knows nothing of them but the names of places for the focus.
 */

import * as api from "../api/desk.js";
import { nameOf, sayings } from "../core/announcing.js";
import { nextNeeding } from "../core/views.js";
import { LiveLine } from "../live/line.js";
import { CLOCK } from "../lib/clock.js";
import { PACE } from "../lib/pace.js";
import { PinboxError } from "../lib/problems.js";
import { forced, newEntry } from "../outbox/entry.js";
import { Post } from "../outbox/post.js";
import { Shelf } from "../outbox/shelf.js";
import { batch, computed, signal } from "../vendor/preact.js";
import { Acts } from "./acts.js";
import { Drafts } from "./drafts.js";
import { Lists } from "./lists.js";
import { Passing } from "./passing.js";
import { go, place } from "./place.js";
import { Timelines } from "./timelines.js";

const AGAIN_MS = 3_000;
const TOLD_MS = 6_000;
const VIEWING_MS = 45_000;

export class Desk {
  /** @type {import("../vendor/preact.js").Signal<"starting" | "unreachable" | "out" | "in">} */
  phase = signal("starting");
  /** Whether the sign-in page is there since a session ended under somebody's hands. */
  ended = signal(false);
  /** @type {import("../vendor/preact.js").Signal<import("../core/shapes.js").Colleague | null>} */
  me = signal(null);
  /** @type {import("../vendor/preact.js").Signal<import("../core/shapes.js").TeamRef[]>} */
  teams = signal([]);
  duty = signal(false);
  /** @type {import("../vendor/preact.js").Signal<import("../live/line.js").Connection>} */
  connection = signal("away");
  /** @type {import("../vendor/preact.js").Signal<string | null>} what went wrong, for all eyes */
  told = signal(null);
  /** @type {import("../vendor/preact.js").Signal<import("../outbox/entry.js").Entry[]>} */
  outgoing = signal([]);
  /** @type {import("../vendor/preact.js").Signal<string | null>} the dialog that is open */
  dialog = signal(null);
  /** @type {import("../vendor/preact.js").Signal<"reply" | "note">} what is being written */
  kind = signal("reply");
  /** @type {import("../vendor/preact.js").Signal<{ thread: string, kind: "reply" | "note",
   * text: string } | null>} a text that is to stand in the composer */
  filling = signal(null);
  /** Whether the customer's details are in front, where the screen has no room beside. */
  aside = signal(false);
  passing = new Passing();
  acts = new Acts(this);
  /** @type {Lists} */
  lists = new Lists({ id: "", teams: new Set() }, () => {});
  timelines = new Timelines((error) => this.failed(error));
  /** @type {Drafts} */
  drafts = new Drafts(null, "");
  /** The open thread, as the lists have it. */
  open = computed(() => {
    const { thread } = place.value;
    return this.phase.value === "in" && thread !== null
      ? (this.lists.threads.value.get(thread) ?? null)
      : null;
  });
  /** @type {Post | null} */
  #post = null;
  /** @type {LiveLine | null} */
  #live = null;
  #telling = 0;
  #viewing = 0;

  /**
   * @param {object} given
   * @param {import("./settings.js").Settings} given.settings
   * @param {import("../words/index.js").Words} given.words
   * @param {import("./voice.js").Voice} given.voice
   * @param {Storage | null} given.storage
   */
  constructor({ settings, words, voice, storage }) {
    this.settings = settings;
    this.words = words;
    this.voice = voice;
    this.storage = storage;
  }

  // ── coming and going ─────────────────────────────────────────────────────────────────────────

  /** Open the desk with the browser's session, or ask for a sign-in. */
  async start() {
    try {
      await this.#enter(await api.getMe());
    } catch (error) {
      if (error instanceof PinboxError && error.code === "unauthorized") this.phase.value = "out";
      else {
        this.phase.value = "unreachable";
        setTimeout(() => void this.start(), AGAIN_MS);
      }
    }
  }

  /** @param {string} name @param {string} password */
  async signIn(name, password) {
    await api.signIn(name, password);
    await this.#enter(await api.getMe());
  }

  async signOut() {
    try {
      await api.signOut();
      this.#leave();
    } catch (error) {
      this.failed(error);
    }
  }

  /** @param {any} me */
  async #enter({ agent, teams, duty }) {
    const mine = { id: agent.id, teams: new Set(teams.map((/** @type {any} */ one) => one.team.id)) };
    batch(() => {
      this.lists = new Lists(mine, (error) => this.failed(error));
      this.timelines = new Timelines((error) => this.failed(error));
      this.drafts = new Drafts(this.storage, agent.id);
      this.me.value = agent;
      this.teams.value = teams.map((/** @type {any} */ one) => one.team);
      this.duty.value = duty.on;
      this.ended.value = false;
      this.phase.value = "in";
    });
    this.#post = this.#makePost(agent.id);
    this.#post.resume();
    this.#follow(teams);
    await Promise.all([this.lists.need("mine"), this.lists.need("waiting")]);
    await this.#know(place.value.thread);
  }

  #leave() {
    this.#live?.close();
    this.#post?.close();
    this.#live = this.#post = null;
    this.outgoing.value = [];
    this.phase.value = "out";
    this.dialog.value = null;
  }

  /** @param {string} agent */
  #makePost(agent) {
    const shelf = new Shelf(this.storage, agent);
    return new Post({
      shelf,
      pace: PACE,
      clock: CLOCK,
      chance: Math.random,
      send: (entry) => this.#heed(api.sendEntry(entry)),
      sent: (entry, answer) => this.#sent(entry, answer),
      refused: (entry) => this.#refused(entry),
      changed: (entries) => (this.outgoing.value = entries),
    });
  }

  /** @param {{ stream: string, cursor: string }[]} streams */
  #follow(streams) {
    this.#live?.close();
    if (streams.length === 0) return;
    this.#live = new LiveLine(streams, {
      items: (items) => this.#hear(items),
      reset: () => void this.#reload(),
      passing: (frame) => this.passing.hear(frame),
      connection: (connection) => this.#connected(connection),
      end: (error) => this.#lost(error),
    });
    this.#live.start();
  }

  /** There is a reason to hope that the network is back. */
  hurry() {
    this.#live?.hurry();
    this.#post?.nudge();
  }

  /** @param {import("../live/line.js").Connection} connection */
  #connected(connection) {
    const before = this.connection.value;
    this.connection.value = connection;
    if (connection === "live") {
      this.#post?.nudge();
      this.#look();
    }
    if (before === connection || this.#settling()) return;
    this.voice.say(this.words.say(connection === "live" ? "line.back" : "line.lost"));
  }

  #wasLive = false;
  /** The first connection is nothing to speak of. */
  #settling() {
    const first = !this.#wasLive;
    this.#wasLive = true;
    return first;
  }

  /** @param {PinboxError} error the live line is gone for good */
  #lost(error) {
    if (error.code === "unauthorized") this.failed(error);
    else setTimeout(() => void this.start(), AGAIN_MS);
  }

  // ── what happens ─────────────────────────────────────────────────────────────────────────────

  /** @param {import("../core/shapes.js").Item[]} items */
  #hear(items) {
    batch(() => {
      this.lists.apply(items);
      this.timelines.apply(items);
    });
    const { words, me, settings } = this;
    const said = sayings(items, {
      me: me.value?.id ?? "",
      open: place.value.thread,
      threads: this.lists.threads.value,
      loudness: settings.chosen.value.loudness,
    });
    for (const { word, at, ...given } of said) {
      const when = at === undefined ? "" : words.times.value.clock(/** @type {string} */ (at));
      this.voice.say(words.say(word, { ...given, when }));
    }
    if (items.some((item) => item.type === "customer" && item.thread === place.value.thread)) {
      void this.#know(place.value.thread, { anew: true });
    }
  }

  async #reload() {
    try {
      await this.lists.reload();
      this.timelines.reload(place.value.thread);
      await this.#know(place.value.thread);
    } catch (error) {
      this.failed(error);
    }
  }

  /**
   * Make sure that the open thread's line is there.
   *
   * @param {string | null} thread
   */
  async #know(thread, { anew = false } = {}) {
    if (thread === null || (!anew && this.lists.threads.value.has(thread))) return;
    try {
      this.lists.put([await api.getThread(thread)]);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Something did not work: told to eyes and ears; an ended session brings the sign-in page. */
  failed(/** @type {unknown} */ error) {
    if (!(error instanceof PinboxError)) throw error;
    if (error.code === "unauthorized") {
      if (this.phase.value === "in") this.ended.value = true;
      return this.#leave();
    }
    if (error.code === "unreachable" && this.connection.value !== "live") return undefined;
    const word = error.code === "unreachable" ? "lost.away" : "lost.other";
    return this.tell(this.words.say(word, { detail: error.detail }));
  }

  /** Tell something to eyes and ears. @param {string} text */
  tell(text) {
    this.told.value = text;
    this.voice.say(text);
    clearTimeout(this.#telling);
    this.#telling = window.setTimeout(() => (this.told.value = null), TOLD_MS);
  }

  /** @template T @param {Promise<T>} asked @returns {Promise<T>} */
  async #heed(asked) {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof PinboxError && error.code === "unauthorized") this.failed(error);
      throw error;
    }
  }

  // ── a thread ─────────────────────────────────────────────────────────────────────────────────

  /** Open a thread, or none. @param {string | null} thread */
  show(thread) {
    if (this.#viewing !== 0) this.#unlook(place.value.thread);
    go({ thread });
    this.opened();
  }

  /** The place has changed, by whatever way. */
  opened() {
    const { thread } = place.value;
    if (thread === null || this.phase.value !== "in") return;
    this.kind.value = this.drafts.of(thread).kind;
    void this.#know(thread);
    this.#look();
  }

  #look() {
    const { thread } = place.value;
    clearInterval(this.#viewing);
    if (thread === null) return;
    const say = () => this.#live?.say({ type: "viewing", thread, on: true });
    say();
    this.#viewing = window.setInterval(say, VIEWING_MS);
  }

  /** @param {string | null} thread */
  #unlook(thread) {
    clearInterval(this.#viewing);
    this.#viewing = 0;
    if (thread !== null) this.#live?.say({ type: "viewing", thread, on: false });
  }

  /** @param {string} thread @param {boolean} on @param {boolean} isPrivate */
  typing(thread, on, isPrivate) {
    this.#live?.say({ type: "typing", thread, on, ...(isPrivate && { private: true }) });
  }

  /** The agent has seen everything of a thread up to there. @param {string} thread @param {number} upto */
  async seen(thread, upto) {
    const unread = this.lists.threads.value.get(thread)?.unread;
    this.lists.read(thread);
    if (!unread) return;
    try {
      await this.#heed(api.markRead(thread, upto));
    } catch {
      // It is marked again with the next thing that is seen.
    }
  }

  /** Show a list. @param {import("../core/views.js").View} view */
  list(view) {
    go({ view });
    void this.lists.need(view);
    const { words } = this;
    this.voice.say(words.say("say.list", { list: words.say(`view.${view}`), count: this.countOf(view) }));
  }

  /** How long a list is, in words. @param {import("./place.js").At["view"]} view */
  countOf(view) {
    if (view === "search") return "";
    const count = this.lists.shown[view].value.length;
    const more = this.lists.loaded[view].value.next !== null;
    return this.words.say(more ? "view.count.more" : "view.count", { count });
  }

  /** Do something with the open thread. @param {"take" | "release" | "resolve" | "reopen"} what */
  act(what) {
    const thread = this.open.value;
    return thread === null ? false : this.acts[what](thread);
  }

  /** Open a dialog. @param {string} dialog */
  ask(dialog) {
    this.dialog.value = dialog;
  }

  /** On small screens the customer's details are a dialog of their own. */
  showCustomer() {
    this.aside.value = true;
  }

  /** Begin to write. @param {"reply" | "note"} kind */
  compose(kind) {
    this.kind.value = kind;
    const thread = this.open.value;
    if (thread !== null) this.drafts.keep(thread.id, { ...this.drafts.of(thread.id), kind });
  }

  /** Send all the same what was refused last in the open thread. */
  forceLast() {
    const { thread } = place.value;
    const refused = this.outgoing.value.findLast(
      (entry) => entry.thread === thread && entry.state === "refused",
    );
    if (refused === undefined) return false;
    this.force(refused);
    return true;
  }

  /** Open the next thread that needs this agent; false where there is none. */
  next() {
    const me = { id: this.me.value?.id ?? "", teams: new Set(this.teams.value.map(({ id }) => id)) };
    const found = nextNeeding(this.lists.threads.value.values(), me, place.value.thread);
    if (found === null) {
      this.tell(this.words.say("done.none"));
      return false;
    }
    const view = found.assignee === null ? "waiting" : "mine";
    go({ view, thread: found.id });
    this.opened();
    return true;
  }

  // ── writing ──────────────────────────────────────────────────────────────────────────────────

  /**
   * Send a reply, or add a private note.
   *
   * @param {string} thread
   * @param {"reply" | "note"} kind
   * @param {string} body
   * @param {number} seenSeq
   */
  write(thread, kind, body, seenSeq) {
    const me = this.me.value;
    if (me === null || this.#post === null) return;
    const author = { kind: /** @type {const} */ ("agent"), id: me.id, name: me.name };
    const entry = { thread, kind, body, seen_seq: seenSeq, author, now: Date.now() };
    if (!this.#post.put(newEntry(entry))) this.told.value = this.words.say("compose.unkept");
  }

  /** Send all the same what was refused. @param {import("../outbox/entry.js").Entry} entry */
  force(entry) {
    this.#post?.put(forced(entry));
  }

  /**
   * Put a text into a thread's composer.
   *
   * @param {string} thread
   * @param {"reply" | "note"} kind
   * @param {string} text
   */
  refill(thread, kind, text) {
    this.drafts.keep(thread, { ...this.drafts.of(thread), kind, [kind]: text });
    this.filling.value = { thread, kind, text };
  }

  /** Take back what was refused. @param {import("../outbox/entry.js").Entry} entry */
  discard(entry) {
    this.#post?.drop(entry.client_id);
  }

  /** @param {import("../outbox/entry.js").Entry} entry @param {any} answer */
  #sent(entry, { message, note }) {
    const { seq, ...said } = message ?? note;
    const item =
      entry.kind === "note"
        ? { seq, type: "note", at: said.sent_at, note: said }
        : { seq, type: "message", at: said.sent_at, message: said };
    this.timelines.put(entry.thread, [item]);
    const name = nameOf(this.lists.threads.value.get(entry.thread));
    this.voice.say(this.words.say(entry.kind === "note" ? "done.noted" : "done.sent", { name }));
  }

  /** @param {import("../outbox/entry.js").Entry} entry */
  #refused(entry) {
    const { code, holder, detail, unseen = [] } = entry.refusal ?? {};
    const name = nameOf(this.lists.threads.value.get(entry.thread));
    const fresh = unseen.map(({ seq = 0, ...message }) => ({
      seq,
      type: "message",
      at: message.sent_at,
      message,
    }));
    this.timelines.put(entry.thread, fresh);
    if (code === "stale_view") this.voice.say(this.words.say("lost.stale", { name }));
    else if (holder) this.voice.say(this.words.say("refused.held", { holder: holder.name }));
    else this.voice.say(this.words.say("refused.other", { detail }));
  }

  /** @param {boolean} on */
  async setDuty(on) {
    try {
      this.duty.value = (await api.setDuty(on)).on;
      this.voice.say(this.words.say(this.duty.value ? "duty.say.on" : "duty.say.off"));
    } catch (error) {
      this.failed(error);
    }
  }
}
