/**
 * The desk's live connection: one socket for all teams of the agent, by the machine of the
 * customers' client. The browser's session signs in, as this agent or not at all; before the line is
 * taken up anew the server is asked who that is by now, and in which teams.
 *
 * @typedef {"live" | "away" | "ended"} Connection
 */

import { call } from "../api/calls.js";
import { getMe } from "../api/desk.js";
import { CLOCK } from "../lib/clock.js";
import { Driver } from "../lib/driver.js";
import { Link } from "../lib/link.js";
import { PACE } from "../lib/pace.js";
import { TeamStream } from "./stream.js";

/** A desk without a socket keeps trying: it has no long polls to fall back to. */
const SOCKET_ONLY = { ...PACE, tries_before_poll: Infinity };

export class LiveLine {
  #driver;
  #link;
  #told;
  /** @type {Connection} */
  #connection = "away";

  /**
   * @param {string} agent
   * @param {{ stream: string, cursor: string }[]} streams
   * @param {object} told
   * @param {(me: any) => void} told.me who it is, as the server has just told
   * @param {(items: import("../core/shapes.js").Item[]) => void} told.items
   * @param {() => void} told.reset load everything afresh
   * @param {(frame: any) => void} told.passing who types, looks, is there
   * @param {(connection: Connection) => void} told.connection
   * @param {(error: import("../lib/problems.js").PinboxError) => void} told.end it will not come back
   */
  constructor(agent, streams, told) {
    this.#told = told;
    const feeds = new Map(
      streams.map(({ stream, cursor }) => [stream, new TeamStream(cursor, told)]),
    );
    const [feed] = feeds.values();
    this.#link = new Link({ feed, feeds, pace: SOCKET_ONLY, chance: Math.random, agent });
    this.#driver = new Driver(this.#link, {
      calls: { url: location.origin, call: asked },
      credentials: session(told.me),
      WebSocket: globalThis.WebSocket,
      clock: CLOCK,
      path: "/v1/desk/live",
      tell: (act) => this.#hear(act),
    });
  }

  start() {
    this.#driver.feed({ is: "start" });
  }

  /** There is a reason to hope: try now. */
  hurry() {
    this.#driver.feed({ is: "hurry" });
  }

  /** @param {any} frame something that is never stored */
  say(frame) {
    this.#driver.feed({ is: "say", frame });
  }

  close() {
    this.#driver.close();
  }

  /** @param {import("../lib/driver.js").Told | { do: "moved" }} act */
  #hear(act) {
    if (act.do === "pass") this.#told.passing(act.frame);
    else if (act.do === "end") this.#told.end(act.error);
    else if (act.do === "moved" || act.do === "caught_up") this.#moved();
  }

  #moved() {
    const { connected, phase } = this.#link;
    const connection = connected ? "live" : phase === "ended" ? "ended" : "away";
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#told.connection(connection);
  }
}

/**
 * The cookie, which no script sees: whose it is, and whether it still opens anything, is asked by a
 * request. Whoever opens the first line has just asked.
 *
 * @param {(me: any) => void} tell
 */
function session(tell) {
  let fresh = true;
  const look = async () => {
    tell(await getMe());
    return "";
  };
  const token = async () => {
    if (!fresh) return look();
    fresh = false;
    return "";
  };
  return { renewAt: Infinity, token, renew: look };
}

/** @type {import("../lib/calls.js").Calls["call"]} */
async function asked(method, path, { query, body } = {}) {
  return { status: 200, body: await call(method, path, { query, body }) };
}
