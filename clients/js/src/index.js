/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 *
 * @typedef {import("./options.js").Options} Options
 * @typedef {import("./options.js").Connection} Connection
 * @typedef {import("./journal.js").Store} Store
 * @typedef {import("./credentials.js").TokenSource} TokenSource
 * @typedef {import("./wire.js").ThreadEvent} ThreadEvent
 * @typedef {import("./wire.js").ResetEvent} ResetEvent
 * @typedef {import("./wire.js").Message} Message
 * @typedef {import("./wire.js").Attachment} Attachment
 * @typedef {import("./files.js").Links} Links
 * @typedef {import("./wire.js").Thread} Thread
 * @typedef {import("./wire.js").Team} Team
 * @typedef {import("./wire.js").Promised} Promised
 * @typedef {import("./wire.js").Choice} Choice
 * @typedef {import("./wire.js").Care} Care
 * @typedef {import("./wire.js").Rated} Rated
 * @typedef {import("./wire.js").Callback} Callback
 * @typedef {import("./callbacks.js").Slots} Slots
 * @typedef {import("./devices.js").Quiet} Quiet
 * @typedef {import("./wire.js").Sent} Sent
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").Refused} Refused
 */

export { PinboxClient } from "./client.js";
export { PACE } from "./pace.js";
export { PinboxError } from "./problems.js";
export { IndexedDbStore } from "./stores/indexeddb.js";
export { KeyValueStore } from "./stores/keyvalue.js";
export { MemoryStore } from "./stores/memory.js";
