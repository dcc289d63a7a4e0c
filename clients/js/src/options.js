/**
 * What a client is given, and what it tells.
 *
 * @typedef {import("./wire.js").ThreadEvent} ThreadEvent
 *
 * @typedef {object} Options
 * @property {import("./journal.js").Store} [store] keeps drafts and the place in the thread;
 *   without it they live as long as the client. A store belongs to one person.
 * @property {"stored" | "now"} [begin] `stored` (default): events go on where the store stands,
 *   without a place from the thread's beginning. `now`: they begin with a reset that brings what
 *   stands now, and no place is stored: for a page that keeps nothing of the thread itself.
 * @property {string} [device] what this device is called, for receipts and push
 * @property {Partial<import("./pace.js").Pace>} [pace]
 * @property {typeof globalThis.WebSocket} [WebSocket] where the platform has none
 * @property {typeof globalThis.fetch} [fetch]
 * @property {import("./clock.js").Clock} [clock]
 * @property {() => number} [chance] a random number in [0, 1)
 * @property {boolean} [watch] false: the app itself says whether it is in front
 *
 * @typedef {object} SendOptions
 * @property {string} [clientId] 1 to 64 printable ASCII characters; made where not given
 * @property {boolean} [urgent] it cannot wait: another team may answer
 * @property {string[]} [attachments] ids of uploads, with which the body may be empty
 *
 * @typedef {"live" | "polling" | "away" | "ended"} Connection
 *   By a socket, by long polls, by neither yet, or never again.
 *
 * @typedef {object} Kinds What `addEventListener` hears.
 * @property {ThreadEvent} event an event of the thread
 * @property {Connection} connection
 * @property {undefined} outbox `pending()` or `refused()` holds something else now
 * @property {import("./problems.js").PinboxError} end no events will come any more
 */

/**
 * @template {keyof Kinds} K
 * @typedef {(detail: Kinds[K]) => unknown} Listener
 */

export {};
