/**
 * Keeps one live connection going: reconnects, resumes, renews the token, falls back to polling.
 *
 *     waiting ──▶ signing ──▶ opening ──▶ talking ──┬─ again, renew, drained ──▶ waiting
 *        ▲                                          └─ stop ──▶ ended
 *        └─────────── polling ◀── no socket to be had, several times
 *
 * Pure: what happened goes in with the time, what is to be done comes out. It knows no socket, no
 * clock and no chance but those it is given.
 *
 * @typedef {import("./wire.js").Frame} Frame
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").Range} Range
 *
 * @typedef {{ is: "start" } | { is: "tick" } | { is: "hurry" }
 *   | { is: "token", token: string, renewAt: number } | { is: "no_token", error: PinboxError }
 *   | { is: "opened" } | { is: "heard", data: unknown }
 *   | { is: "closed", code: number, hopeless?: boolean }
 *   | { is: "polled", range: Range } | { is: "not_polled", error: PinboxError }
 *   | { is: "visible", on: boolean } | { is: "typing", on: boolean }
 *   | { is: "ack", upto: number } | { is: "say", frame: Frame }
 *   | { is: "send", draft: Draft }} Happened
 *   `renewAt` is on the clock of `handle`; `hopeless`: there are no sockets here at all.
 *
 * @typedef {{ do: "sign", renew: boolean } | { do: "open" } | { do: "say", frame: Frame }
 *   | { do: "leave" } | { do: "poll" } | { do: "unpoll" } | { do: "caught_up" }
 *   | { do: "pass", frame: Frame } | { do: "end", error: PinboxError }
 *   | { do: "sent", client_id: string, answer: import("./wire.js").Sent }
 *   | { do: "unsent", client_id: string, error: PinboxError }} Act
 *   `poll` asks once for what follows the feed's cursor.
 */

import { Line } from "./line.js";
import { BAD_FRAME, afterClose, wait } from "./pace.js";
import { PinboxError, unreachable } from "./problems.js";

/** One person's live connection. It goes on until it is told to stay away. */
export class Link {
  /** @type {"idle" | "waiting" | "signing" | "opening" | "talking" | "polling" | "ended"} */
  phase = "idle";
  /** Whether a send can go now. While the network is away the link alone tries it. */
  way = false;
  /** @type {Line | null} */
  #line = null;
  #now = 0;
  #tries = 0;
  #noSocket = 0;
  #renew = false;
  #visible = false;
  #notBefore = 0;
  #due = Infinity;
  #token = { token: "", renewAt: Infinity };
  /** @type {Act[]} */
  #acts = [];

  /**
   * @param {object} given
   * @param {import("./line.js").Stream} given.feed the stream that long polls follow
   * @param {Map<string, import("./line.js").Stream>} [given.feeds] what the socket follows, by the
   *   streams' names; unless given, `feed` as a customer's `thread`
   * @param {import("./pace.js").Pace} given.pace
   * @param {() => number} given.chance
   * @param {string} [given.device]
   * @param {string} [given.agent] whom the browser's session has to be of
   */
  constructor(given) {
    const { feeds = new Map([["thread", given.feed]]) } = given;
    this.given = { ...given, feeds, act: (/** @type {Act} */ act) => void this.#acts.push(act) };
  }

  /** When to say `tick` at the latest, on the clock of `handle`. */
  get wakeAt() {
    return Math.min(this.#due, this.#line?.wakeAt ?? Infinity);
  }

  /** Whether there is a live socket now. */
  get connected() {
    return this.#line?.open ?? false;
  }

  /**
   * @param {Happened} happened
   * @param {number} now milliseconds, on a clock that does not step back
   * @returns {Act[]} to be done, in this order
   */
  handle(happened, now) {
    this.#now = now;
    this.#acts = [];
    try {
      if (this.phase !== "ended" || happened.is === "send") this.#take(happened);
    } catch (error) {
      if (!(error instanceof PinboxError)) throw error;
      this.#lose(error);
    }
    return this.#acts;
  }

  /** @param {Happened} happened */
  #take(happened) {
    switch (happened.is) {
      case "start":
        return this.#again(0);
      case "tick":
        return this.#tick();
      case "hurry":
        return this.#hurry();
      case "token":
        return this.#signed(happened.token, happened.renewAt);
      case "no_token":
        return this.#notSigned(happened.error);
      case "opened":
        this.phase = "talking";
        return this.#line?.greet({ ...this.#token, ...this.given }, this.#now);
      case "heard":
        return this.#hear(happened.data);
      case "closed":
        return this.#closed(happened.code, happened.hopeless);
      case "polled":
        return this.#polled(happened.range);
      case "not_polled":
        return this.#notPolled(happened.error);
      case "visible":
        this.#visible = happened.on;
        return this.#line?.say({ type: "visible", on: happened.on });
      case "typing":
        return this.#line?.say({ type: "typing", on: happened.on });
      case "ack":
        return this.#line?.say({ type: "ack", upto: happened.upto });
      case "say":
        return this.#line?.say(happened.frame);
      case "send":
        return this.#send(happened.draft);
    }
  }

  /** @param {number} atLeast seconds */
  #again(atLeast) {
    const { pace, chance } = this.given;
    this.phase = "waiting";
    this.#notBefore = this.#now + atLeast * 1000;
    this.#due = this.#now + wait(pace, this.#tries, chance, atLeast) * 1000;
  }

  #tick() {
    this.#line?.tick(this.#now);
    if (this.#now < this.#due) return;
    this.#due = Infinity;
    if (this.phase === "polling") {
      this.#acts.push({ do: "unpoll" });
      this.#again(0);
    } else {
      this.#tries += 1;
      this.phase = "signing";
      this.#acts.push({ do: "sign", renew: this.#renew });
    }
  }

  /** The network is back, or the person looks: no reason to wait longer than the server says. */
  #hurry() {
    if (this.phase !== "waiting") return;
    const { pace, chance } = this.given;
    this.#tries = 0;
    const soon = Math.max(this.#now, this.#notBefore) + wait(pace, 0, chance) * 1000;
    this.#due = Math.min(this.#due, soon);
  }

  /**
   * @param {string} token
   * @param {number} renewAt
   */
  #signed(token, renewAt) {
    // A source that gives the same old token again must not be asked without pause.
    const at = Math.max(renewAt, this.#now + this.given.pace.base_s * 1000);
    this.#token = { token, renewAt: at };
    if (this.phase !== "signing") return this.#line?.renew(token, at);
    this.#renew = false;
    this.phase = "opening";
    this.#line = new Line(this.given, this.#now);
    this.#acts.push({ do: "open" });
  }

  /** @param {PinboxError} error */
  #notSigned(error) {
    if (this.phase === "signing" || !error.temporary) throw error;
    const pause = wait(this.given.pace, this.#tries, this.given.chance, error.retryAfter ?? 1);
    this.#line?.renewLater(this.#now + pause * 1000);
  }

  /** @param {unknown} data */
  #hear(data) {
    const line = this.#line;
    if (line === null) return;
    const before = line.open;
    line.hear(data, this.#now);
    if (line.ledOn) this.#tries = 0;
    line.ledOn = false;
    if (before || !line.open) return;
    this.way = true;
    this.#noSocket = 0;
    if (this.#visible) line.say({ type: "visible", on: true });
  }

  /** @param {Draft} draft */
  #send(draft) {
    if (this.#line?.open) return this.#line.ask(draft, this.#now);
    const error = unreachable("there is no live socket");
    this.#acts.push({ do: "unsent", client_id: draft.client_id, error });
  }

  // ── the end of a line ────────────────────────────────────────────────────────────────────────

  /**
   * @param {number} code
   * @param {boolean} [hopeless]
   */
  #closed(code, hopeless = false) {
    if (this.phase === "opening") return this.#without(hopeless);
    if (this.phase !== "talking" || this.#line === null) return;
    const { named } = this.#line;
    const next = afterClose(code);
    if (next === "stop") {
      const bad = code === BAD_FRAME ? "bad_request" : "unauthorized";
      throw named ?? new PinboxError(bad, `the server closed with ${code}`, { temporary: false });
    }
    this.#renew = next === "renew";
    const retryAfter = named?.retryAfter ?? 0;
    throw new PinboxError("unreachable", `closed with ${code}`, { retryAfter });
  }

  /**
   * What a PinboxError means for the connection: come back later, or never.
   *
   * @param {PinboxError} error
   */
  #lose(error) {
    if (this.phase === "opening") {
      this.#acts.push({ do: "leave" });
      return this.#without(false);
    }
    this.#line?.drop();
    if (this.#line !== null) this.#acts.push({ do: "leave" });
    this.#line = null;
    this.way = false;
    if (error.temporary) return this.#again(error.retryAfter ?? 0);
    this.phase = "ended";
    this.#due = Infinity;
    this.way = true;
    this.#acts.push({ do: "end", error });
  }

  /**
   * No socket could be had. After several such failures in a row the stream is polled meanwhile.
   *
   * @param {boolean} hopeless
   */
  #without(hopeless) {
    const { pace } = this.given;
    this.#line = null;
    this.#noSocket += 1;
    if (!hopeless && this.#noSocket < pace.tries_before_poll) return this.#again(0);
    this.phase = "polling";
    this.#due = hopeless ? Infinity : this.#now + pace.socket_again_s * 1000;
    this.#acts.push({ do: "poll" });
  }

  /** @param {Range} range */
  #polled(range) {
    if (this.phase !== "polling") return;
    if (!this.given.feed.apply(range)) throw unreachable("a gap in the long poll");
    this.#pollOn();
  }

  /** The poll was answered, so the network is there. */
  #pollOn() {
    this.#tries = 0;
    this.way = true;
    this.#acts.push({ do: "caught_up" }, { do: "poll" });
  }

  /** @param {PinboxError} error */
  #notPolled(error) {
    if (this.phase !== "polling") return;
    const { reason, cursor } = error.problem;
    if (error.code === "internal") throw unreachable("the server failed at a long poll");
    if (error.code !== "gone" || cursor === undefined) throw error;
    this.given.feed.restart(reason ?? "", cursor);
    this.#pollOn();
  }
}
