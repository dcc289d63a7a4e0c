export { PinboxClient } from "./client.js";
export { PACE } from "./pace.js";
export { PinboxError } from "./problems.js";
export { IndexedDbStore } from "./stores/indexeddb.js";
export { KeyValueStore } from "./stores/keyvalue.js";
export { MemoryStore } from "./stores/memory.js";
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Options = import("./options.js").Options;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Connection = import("./options.js").Connection;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Store = import("./journal.js").Store;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type TokenSource = import("./credentials.js").TokenSource;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type ThreadEvent = import("./wire.js").ThreadEvent;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type ResetEvent = import("./wire.js").ResetEvent;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Message = import("./wire.js").Message;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Attachment = import("./wire.js").Attachment;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Links = import("./files.js").Links;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Thread = import("./wire.js").Thread;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Team = import("./wire.js").Team;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Promised = import("./wire.js").Promised;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Choice = import("./wire.js").Choice;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Care = import("./wire.js").Care;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Rated = import("./wire.js").Rated;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Callback = import("./wire.js").Callback;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Slots = import("./callbacks.js").Slots;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Quiet = import("./devices.js").Quiet;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Sent = import("./wire.js").Sent;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Draft = import("./wire.js").Draft;
/**
 * A customer's side of Pinbox, for browsers, Node and React Native.
 */
export type Refused = import("./wire.js").Refused;
