/** What a client is made of, put together once. */

import { Calls } from "./calls.js";
import { CLOCK } from "./clock.js";
import { Credentials } from "./credentials.js";
import { Following } from "./following.js";
import { Journal } from "./journal.js";
import { Outbox } from "./outbox.js";
import { PACE } from "./pace.js";
import { Postman } from "./postman.js";
import { MemoryStore } from "./stores/memory.js";

/**
 * @param {string} url
 * @param {import("./credentials.js").TokenSource} token
 * @param {import("./options.js").Options} options
 * @param {import("./listeners.js").Listeners<import("./options.js").Kinds>} listeners
 */
export function assemble(url, token, options, listeners) {
  const { clock = CLOCK, chance = Math.random, begin = "stored", device } = options;
  const { WebSocket = globalThis.WebSocket } = options;
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  /** @type {import("./journal.js").Store} */
  const store = options.store ?? new MemoryStore();
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
  return { store, journal, credentials, calls, postman, following };
}
