/**
 * The desk: who sits here, what is known, and what can be done. Screens show it and call it; it
 * knows nothing of them but the names of places for the focus.
 *
 * What belongs together has a module of its own: `reading` (lists, the open thread), `writing` (the
 * composer and the way out), `acts` (what is done with a thread), `duty`.
 */

import * as api from "../api/desk.js";
import { sayings } from "../core/announcing.js";
import { LiveLine } from "../live/line.js";
import { PinboxError } from "../lib/problems.js";
import { batch, computed, signal } from "../vendor/preact.js";
import { Acts } from "./acts.js";
import { Calls } from "./calls.js";
import { Duty } from "./duty.js";
import { focusSoon } from "./focus.js";
import { Lapses } from "./lapses.js";
import { Links } from "./links.js";
import { Lists } from "./lists.js";
import { Passing } from "./passing.js";
import { go, isRoom, place } from "./place.js";
import { Reading } from "./reading.js";
import { Overview } from "./overview.js";
import { Seat } from "./seat.js";
import { Sheets } from "./sheets.js";
import { Timelines } from "./timelines.js";
import { Tongue } from "./tongue.js";
import { Weather } from "./weather.js";
import { Writing } from "./writing.js";

const AGAIN_MS = 3_000;
const TOLD_MS = 6_000;
/** A line that is back by then was never missed: a server that is renewed sends all away for that. */
const MISSED_MS = 2_000;

export class Desk {
  /** @type {import("../vendor/preact.js").Signal<"starting" | "unreachable" | "out" | "in">} */
  phase = signal("starting");
  /** Whether the sign-in page is there since a session ended under somebody's hands. */
  ended = signal(false);
  /** @type {import("../vendor/preact.js").Signal<import("../core/shapes.js").Colleague | null>} */
  me = signal(null);
  /** @type {import("../vendor/preact.js").Signal<import("../core/shapes.js").TeamRef[]>} */
  teams = signal([]);
  /** @type {import("../vendor/preact.js").Signal<import("../live/line.js").Connection>} */
  connection = signal("away");
  /** @type {import("../vendor/preact.js").Signal<string | null>} what went wrong, for all eyes */
  told = signal(null);
  /** @type {import("../vendor/preact.js").Signal<string | null>} the dialog that is open */
  dialog = signal(null);
  /** Whether the customer's details are in front, where the screen has no room beside. */
  aside = signal(false);
  seat = new Seat(this);
  passing = new Passing();
  acts = new Acts(this);
  reading = new Reading(this);
  writing = new Writing(this);
  duty = new Duty(this);
  overview = new Overview(this);
  weather = new Weather(this);
  callbacks = new Calls(this);
  lapses = new Lapses(this);
  sheets = new Sheets((error) => this.failed(error));
  links = new Links((error) => this.failed(error));
  /** @type {import("../vendor/preact.js").Signal<(import("../core/shapes.js").File_ & { alt: string }) | null>}
   * the picture that is looked at */
  picture = signal(null);
  /** Others stand there once somebody has come in anew, as after a move to another team. */
  #lists = signal(new Lists({ id: "", teams: new Set() }, () => {}));
  #timelines = signal(new Timelines((error) => this.failed(error)));
  /** The open thread, as the lists have it. */
  open = computed(() => {
    const { thread } = place.value;
    return this.phase.value === "in" && thread !== null
      ? (this.lists.threads.value.get(thread) ?? null)
      : null;
  });
  /** @type {LiveLine | null} */
  #live = null;
  #telling = 0;

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
    this.tongue = new Tongue(this);
  }

  get lists() {
    return this.#lists.value;
  }

  get timelines() {
    return this.#timelines.value;
  }

  // ── coming and going ─────────────────────────────────────────────────────────────────────────

  /** Open the desk with the browser's session, or ask for a sign-in. */
  async start() {
    try {
      await this.enter(await api.getMe());
    } catch (error) {
      if (error instanceof PinboxError && error.code === "unauthorized") this.oust();
      else {
        this.phase.value = "unreachable";
        setTimeout(() => void this.start(), AGAIN_MS);
      }
    }
  }

  /** @param {string} name @param {string} password */
  async signIn(name, password) {
    await api.signIn(name, password);
    const entered = this.enter(await api.getMe());
    const { view } = place.value;
    focusSoon(isRoom(view) ? "room" : view === "search" ? "search" : "row");
    await entered;
  }

  async signOut() {
    try {
      await api.signOut();
      this.seat.end();
      this.#leave();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Somebody sits here now; or the same, in other teams. @param {any} me */
  async enter({ agent, teams, duty }) {
    const refs = teams.map((/** @type {any} */ one) => one.team);
    const mine = { id: agent.id, teams: new Set(refs.map((/** @type {any} */ { id }) => id)) };
    const before = this.me.value;
    const moved = this.phase.value === "in" && !sameTeams(refs, this.teams.value);
    this.seat.take(agent.id);
    this.writing.begin(agent.id);
    // What somebody else had open need not be this one's to see.
    if (before !== null && before.id !== agent.id) go({ view: "mine", thread: null });
    batch(() => {
      this.#lists.value = new Lists(mine, (error) => this.failed(error));
      this.#timelines.value = new Timelines((error) => this.failed(error));
      this.me.value = agent;
      this.teams.value = refs;
      this.duty.know(duty);
      this.ended.value = false;
      this.phase.value = "in";
    });
    this.#follow(agent.id, teams);
    this.weather.begin();
    if (moved) this.#tellTeams();
    await Promise.all([this.lists.need("mine"), this.lists.need("waiting")]);
    this.lapses.watch(agent.id);
    await this.know(place.value.thread);
    void this.sheets.look();
    void this.callbacks.need();
  }

  /** The server is asked who sits here by now, and in which teams. */
  async check() {
    try {
      this.#learn(await this.heed(api.getMe()));
    } catch {
      // The next look may succeed.
    }
  }

  /** @param {any} me as the server has just told */
  #learn(me) {
    const known = this.me.value;
    if (this.phase.value !== "in" || me.agent.id !== known?.id) return;
    if (me.agent.role !== known?.role) this.me.value = me.agent;
    const refs = me.teams.map((/** @type {any} */ one) => one.team);
    if (!sameTeams(refs, this.teams.value)) void this.enter(me);
  }

  #tellTeams() {
    const { words } = this;
    const list = new Intl.ListFormat(words.language.value, { type: "conjunction" });
    const names = this.teams.value.map(({ name }) => name);
    this.tell(words.say(names.length > 0 ? "teams.now" : "teams.none", { teams: list.format(names) }));
  }

  /** Whether a team is one of mine. @param {string} team */
  isIn(team) {
    return this.teams.value.some(({ id }) => id === team);
  }

  /** The session has ended, or is somebody else's by now: nothing more is done in this one's name. */
  oust() {
    if (this.phase.value === "out") return;
    this.ended.value = this.me.value !== null;
    this.seat.end();
    this.#leave();
    void this.seat.look();
  }

  #leave() {
    this.#live?.close();
    this.#live = null;
    this.seat.leave();
    this.lapses.end();
    this.weather.end();
    this.writing.end();
    this.callbacks.forget();
    this.phase.value = "out";
    this.dialog.value = null;
  }

  /** @param {string} agent @param {{ stream: string, cursor: string }[]} streams */
  #follow(agent, streams) {
    this.#live?.close();
    if (streams.length === 0) return;
    this.#live = new LiveLine(agent, streams, {
      me: (me) => this.#learn(me),
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
    this.writing.nudge();
  }

  /** @param {import("../live/line.js").Connection} connection */
  #connected(connection) {
    const before = this.connection.value;
    this.connection.value = connection;
    if (connection === "live") {
      this.writing.nudge();
      this.reading.look();
    }
    if (before === connection || this.#settling()) return;
    clearTimeout(this.#missing);
    if (connection === "live") {
      if (this.#missed) this.voice.say(this.words.say("line.back"));
      this.#missed = false;
    } else if (!this.#missed) {
      this.#missing = window.setTimeout(() => {
        this.#missed = true;
        this.voice.say(this.words.say("line.lost"));
      }, MISSED_MS);
    }
  }

  #missing = 0;
  #missed = false;

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
      this.callbacks.apply(items);
      this.passing.said(items);
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
      void this.know(place.value.thread, { anew: true });
    }
  }

  async #reload() {
    try {
      await this.lists.reload();
      this.timelines.reload(place.value.thread);
      this.callbacks.forget();
      await this.callbacks.need();
      await this.know(place.value.thread);
    } catch (error) {
      this.failed(error);
    }
  }

  /**
   * Make sure that the open thread's line is there.
   *
   * @param {string | null} thread
   */
  async know(thread, { anew = false } = {}) {
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
    if (error.code === "unauthorized") return this.oust();
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

  /** What is asked in the background; an ended session is seen to. @template T @param {Promise<T>} asked @returns {Promise<T>} */
  async heed(asked) {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof PinboxError && error.code === "unauthorized") this.failed(error);
      throw error;
    }
  }

  /** Tell the others something that is never stored. @param {any} frame */
  pass(frame) {
    this.#live?.say(frame);
  }

  // ── what is asked for ────────────────────────────────────────────────────────────────────────

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
}

/** @param {import("../core/shapes.js").TeamRef[]} some @param {import("../core/shapes.js").TeamRef[]} others */
function sameTeams(some, others) {
  return some.length === others.length && some.every(({ id }) => others.some((one) => one.id === id));
}
