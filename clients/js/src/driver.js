/** Does what the link decides: the one place with a socket, a long poll and a timer. */

import { Alarm } from "./clock.js";
import { PinboxError } from "./problems.js";

const SUBPROTOCOL = "pinbox.v1";

/**
 * @typedef {import("./link.js").Act} Act
 * @typedef {import("./link.js").Happened} Happened
 *
 * @typedef {Extract<Act, { do: "caught_up" | "pass" | "end" | "sent" | "unsent" }>} Told
 */

export class Driver {
  #link;
  #calls;
  #credentials;
  #WebSocket;
  #clock;
  #path;
  #tell;
  #alarm;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {AbortController | null} */
  #poll = null;
  /** @type {Happened[]} what came while something was being done */
  #waiting = [];
  #busy = false;
  #closed = false;

  /**
   * @param {import("./link.js").Link} link
   * @param {object} given
   * @param {Pick<import("./calls.js").Calls, "url" | "call">} given.calls
   * @param {Pick<import("./credentials.js").Credentials, "token" | "renew" | "renewAt">
   *   } given.credentials
   * @param {typeof globalThis.WebSocket | undefined} given.WebSocket
   * @param {import("./clock.js").Clock} given.clock
   * @param {string} [given.path] where the live socket is
   * @param {(told: Told | { do: "moved" }) => void} given.tell `moved`: the link has gone on
   */
  constructor(link, { calls, credentials, WebSocket, clock, path = "/v1/thread/live", tell }) {
    this.#link = link;
    this.#calls = calls;
    this.#credentials = credentials;
    this.#WebSocket = WebSocket;
    this.#clock = clock;
    this.#path = path;
    this.#tell = tell;
    this.#alarm = new Alarm(clock, () => this.feed({ is: "tick" }));
  }

  /** @param {Happened} happened */
  feed(happened) {
    this.#waiting.push(happened);
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      for (const act of this.#link.handle(next, this.#clock.now())) this.#do(act);
      this.#tell({ do: "moved" });
    }
    this.#busy = false;
    if (!this.#closed) this.#alarm.set(this.#link.wakeAt);
  }

  /** Leave the line, for good. */
  close() {
    this.#closed = true;
    this.#waiting = [];
    this.#alarm.set(Infinity);
    this.#leave();
    this.#unpoll();
  }

  /** @param {Act} act */
  #do(act) {
    switch (act.do) {
      case "sign":
        return void this.#sign(act.renew);
      case "open":
        return this.#open();
      case "say":
        return this.#say(act.frame);
      case "leave":
        return this.#leave();
      case "poll":
        return void this.#ask();
      case "unpoll":
        return this.#unpoll();
      default:
        return this.#tell(act);
    }
  }

  /** @param {boolean} renew */
  async #sign(renew) {
    try {
      const token = await (renew ? this.#credentials.renew() : this.#credentials.token());
      this.feed({ is: "token", token, renewAt: this.#credentials.renewAt });
    } catch (error) {
      this.feed({ is: "no_token", error: asProblem(error) });
    }
  }

  #open() {
    if (this.#WebSocket === undefined) {
      return this.feed({ is: "closed", code: 1006, hopeless: true });
    }
    const url = `ws${this.#calls.url.slice("http".length)}${this.#path}`;
    const socket = new this.#WebSocket(url, [SUBPROTOCOL]);
    this.#socket = socket;
    const ours = (/** @type {Happened} */ happened) => {
      if (this.#socket === socket) this.feed(happened);
    };
    socket.onopen = () => ours({ is: "opened" });
    socket.onmessage = ({ data }) => ours({ is: "heard", data });
    socket.onerror = () => {}; // `onclose` follows, and says as much
    socket.onclose = ({ code }) => {
      ours({ is: "closed", code });
    };
  }

  /** @param {object} frame */
  #say(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #leave() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  async #ask() {
    const control = new AbortController();
    this.#poll = control;
    const { feed, pace } = this.#link.given;
    /** @type {Happened} */
    let happened;
    try {
      const query = { since: feed.cursor, wait: pace.poll_s };
      const asked = { query, patience_s: pace.poll_s, control };
      const { body } = await this.#calls.call("GET", "/v1/thread/events", asked);
      happened = { is: "polled", range: body };
    } catch (error) {
      happened = { is: "not_polled", error: asProblem(error) };
    }
    if (this.#poll === control) this.feed(happened);
  }

  #unpoll() {
    const control = this.#poll;
    this.#poll = null;
    control?.abort();
  }
}

/**
 * What is none of the server's errors comes from the store on this device.
 *
 * @param {unknown} error
 * @returns {PinboxError}
 */
export function asProblem(error) {
  if (error instanceof PinboxError) return error;
  return new PinboxError("store", String(error), { cause: error });
}
