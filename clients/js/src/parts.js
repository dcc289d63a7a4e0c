/** What a client is made of, put together once. */

import { Callbacks } from "./callbacks.js";
import { Calls } from "./calls.js";
import { CLOCK } from "./clock.js";
import { Credentials } from "./credentials.js";
import { Devices, QuietHours } from "./devices.js";
import { Files } from "./files.js";
import { Following } from "./following.js";
import { Journal } from "./journal.js";
import { Listeners } from "./listeners.js";
import { Outbox } from "./outbox.js";
import { PACE } from "./pace.js";
import { Postman } from "./postman.js";
import { MemoryStore } from "./stores/memory.js";
import { ThreadCalls } from "./thread.js";

/**
 * @param {string} url
 * @param {import("./credentials.js").TokenSource} token
 * @param {import("./options.js").Options} options
 */
export function assemble(url, token, options) {
  const { clock = CLOCK, chance = Math.random, begin = "stored", device } = options;
  const { WebSocket = globalThis.WebSocket } = options;
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  /** @type {import("./journal.js").Store} */
  const store = options.store ?? new MemoryStore();
  /** @type {Listeners<import("./options.js").Kinds>} */
  const listeners = new Listeners();
  const pace = { ...PACE, ...options.pace };
  const journal = new Journal(store, clock);
  const credentials = new Credentials(token, {
    pace,
    clock,
    claim: (subject) => journal.claim(subject),
  });
  const calls = new Calls(url, { credentials, pace, clock, fetch });
  const shared = { journal, tabs: store.tabs, calls, credentials, pace, clock, chance };
  /** @type {Postman} */
  const postman = new Postman(new Outbox(pace, chance), {
    ...shared,
    post: (draft) => void following.post(draft),
    changed: () => void listeners.tell("outbox", undefined),
  });
  /** @type {Following} */
  const following = new Following({
    ...shared,
    device,
    begin,
    WebSocket,
    told: {
      outbox: (happened) => postman.feed(happened),
      connection: (connection) => void listeners.tell("connection", connection),
      end: (error) => void listeners.tell("end", error),
    },
  });
  return { store, journal, credentials, calls, postman, following, listeners, device };
}

/**
 * The calls by what they are about.
 *
 * @param {Calls} calls
 * @param {Promise<void>} ready when the store is this person's; none is made before
 */
export function callsOf(calls, ready) {
  /** @type {import("./calls.js").Ask} */
  const ask = async (...call) => {
    await ready;
    return (await calls.call(...call)).body;
  };
  return {
    thread: new ThreadCalls(ask),
    files: new Files(ask, calls.url),
    devices: new Devices(ask),
    callbacks: new Callbacks(ask),
    quiet: new QuietHours(ask),
  };
}
