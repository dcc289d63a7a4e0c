/**
 * One live socket from its opening to its end, pure: the client's half of `pinbox.v1`.
 *
 * What is to be said or told goes to `act`. When the line must be left a method throws: a temporary
 * PinboxError means come back, any other stay away.
 *
 * @typedef {import("./link.js").Act} Act
 * @typedef {import("./wire.js").Frame} Frame
 * @typedef {import("./wire.js").Draft} Draft
 *
 * @typedef {object} Stream Where one stands in a stream, and what to do with what comes of it.
 * @property {string | null} cursor
 * @property {(range: import("./wire.js").Range) => boolean} apply false where something is missing
 * @property {(reason: string, cursor: string) => void} restart
 */

import { PinboxError, readError, readObject, unreachable } from "./problems.js";

const SIGNED_IN = "events live ok reset typing viewing presence notice drain ping".split(" ");

export class Line {
  /** Whether the server has let us in. */
  open = false;
  /** Whether anything came that a line with a future brings: catching up, or new events. */
  ledOn = false;
  /** @type {PinboxError | null} what the server named before it closed at the sign-in */
  named = null;
  #until;
  #silence = 0;
  #leaveAt = Infinity;
  #renewAt = Infinity;
  /** @type {Map<unknown, { client_id: string, until: number }>} sends without an answer */
  #asked = new Map();
  #names = 0;

  /**
   * @param {object} given
   * @param {Map<string, Stream>} given.feeds what is followed, by the streams' names
   * @param {import("./pace.js").Pace} given.pace
   * @param {() => number} given.chance
   * @param {(act: Act) => void} given.act
   * @param {number} now
   */
  constructor({ feeds, pace, chance, act }, now) {
    this.feeds = feeds;
    this.pace = pace;
    this.chance = chance;
    this.act = act;
    this.#until = now + pace.open_s * 1000;
  }

  /** When to say `tick` at the latest. */
  get wakeAt() {
    const asked = [...this.#asked.values()].map(({ until }) => until);
    return Math.min(this.#until, this.#leaveAt, this.open ? this.#renewAt : Infinity, ...asked);
  }

  /**
   * The socket is open: sign in, subscribe and resume in one frame. Without a token the browser's
   * session signs in.
   *
   * @param {{ token: string, renewAt: number, device?: string, agent?: string }} who `agent`: whom
   *   that session has to be of
   * @param {number} now
   */
  greet({ token, renewAt, device, agent }, now) {
    this.#renewAt = renewAt;
    this.#until = now + this.pace.open_s * 1000;
    const streams = [...this.feeds].map(([stream, { cursor }]) =>
      cursor === null ? { stream } : { stream, since: cursor },
    );
    const named = { ...(token && { token }), ...(device && { device }), ...(agent && { agent }) };
    this.act({ do: "say", frame: { type: "hello", ...named, streams } });
  }

  /**
   * @param {unknown} data
   * @param {number} now
   */
  hear(data, now) {
    const frame = readObject(data);
    if (typeof frame?.type !== "string") throw unreachable("what came is no frame");
    if (this.open) this.#follow(/** @type {Frame} */ (frame), now);
    else this.#welcome(/** @type {Frame} */ (frame));
    if (this.open) this.#until = now + this.#silence;
  }

  /** @param {number} now */
  tick(now) {
    for (const [name, { until }] of this.#asked) {
      if (now >= until) this.#unsent(name, unreachable("no answer in time"));
    }
    if (now >= this.#leaveAt) throw new PinboxError("drained", "", { temporary: true });
    if (now >= this.#until) throw unreachable(this.open ? "silence" : "no welcome in time");
    if (this.open && now >= this.#renewAt) {
      this.#renewAt = Infinity;
      this.act({ do: "sign", renew: true });
    }
  }

  /** @param {Frame} frame */
  say(frame) {
    if (this.open) this.act({ do: "say", frame });
  }

  /**
   * @param {Draft} draft
   * @param {number} now
   */
  ask(draft, now) {
    this.#names += 1;
    const id = `s${this.#names}`;
    const until = now + this.pace.request_s * 1000;
    this.#asked.set(id, { client_id: draft.client_id, until });
    this.say({ type: "send", id, ...draft });
  }

  /**
   * The next token, in place: the line and its stream stay.
   *
   * @param {string} token
   * @param {number} renewAt
   */
  renew(token, renewAt) {
    this.#renewAt = renewAt;
    this.say({ type: "token", token });
  }

  /**
   * No token could be had now, which harms no line that is open: ask again then.
   *
   * @param {number} at
   */
  renewLater(at) {
    this.#renewAt = at;
  }

  /** The line is gone: whether what was not answered has arrived is unknown. */
  drop() {
    for (const name of this.#asked.keys()) {
      this.#unsent(name, unreachable("the line went before the answer"));
    }
  }

  /** @param {Frame} frame */
  #welcome(frame) {
    if (frame.type === "error") {
      this.named = readError(/** @type {any} */ (frame));
    } else if (frame.type === "welcome") {
      this.#silence = (number(frame.ping_s) + number(frame.pong_s)) * 1000;
      this.open = true;
    } else if (SIGNED_IN.includes(frame.type)) {
      throw unreachable(`expected a welcome, got ${frame.type}`);
    }
  }

  /**
   * @param {Frame} frame
   * @param {number} now
   */
  #follow(frame, now) {
    switch (frame.type) {
      case "events":
        this.#apply(/** @type {any} */ (frame), this.feeds.get(frame.stream));
        break;
      case "reset":
        this.feeds.get(frame.stream)?.restart(frame.reason, frame.cursor);
        break;
      case "live":
        this.ledOn = true;
        this.act({ do: "caught_up" });
        break;
      case "ping":
        this.say({ type: "pong" });
        break;
      case "ok":
        this.#sent(frame);
        break;
      case "error":
        this.#fault(/** @type {any} */ (frame));
        break;
      case "drain":
        this.#leaveAt = Math.min(this.#leaveAt, now + this.chance() * number(frame.within_ms));
        break;
      case "typing":
      case "viewing":
      case "presence":
      case "notice":
        this.act({ do: "pass", frame });
    }
  }

  /**
   * @param {import("./wire.js").Range} range
   * @param {Stream | undefined} feed none for a stream that nobody follows here
   */
  #apply(range, feed) {
    if (feed === undefined) return;
    const before = feed.cursor;
    if (!feed.apply(range)) throw unreachable(`a gap before ${range.since}`);
    if (feed.cursor !== before) this.ledOn = true;
  }

  /** @param {Frame} frame */
  #sent(frame) {
    const asked = this.#asked.get(frame.id);
    // Late answers find nobody, which is no harm: the send is repeated.
    if (asked === undefined) return;
    this.#asked.delete(frame.id);
    const { message, duplicate, promise, choice } = frame;
    const answer = { message, duplicate, promise, ...(choice && { choice }) };
    this.act({ do: "sent", client_id: asked.client_id, answer });
  }

  /** @param {import("./wire.js").ErrorFrame} frame */
  #fault(frame) {
    const error = readError(frame);
    if (frame.id !== undefined) this.#unsent(frame.id, error);
    else if (this.feeds.has(frame.stream) && !error.temporary) throw error;
  }

  /**
   * @param {unknown} name
   * @param {PinboxError} error
   */
  #unsent(name, error) {
    const asked = this.#asked.get(name);
    if (asked === undefined) return;
    this.#asked.delete(name);
    this.act({ do: "unsent", client_id: asked.client_id, error });
  }
}

/** @param {unknown} value a number of the wire */
function number(value) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw unreachable("what came is no frame");
}
