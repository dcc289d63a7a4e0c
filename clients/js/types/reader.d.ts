/** @typedef {import("./wire.js").ThreadEvent} ThreadEvent */
export class Reader {
    /**
     * @param {import("./following.js").Following} following
     * @param {import("./listeners.js").Listeners<import("./options.js").Kinds>} listeners
     * @param {() => Promise<void>} ready when the store is this person's
     */
    constructor(following: import("./following.js").Following, listeners: import("./listeners.js").Listeners<import("./options.js").Kinds>, ready: () => Promise<void>);
    /** Whether the line was asked for. */
    linked: boolean;
    connect(): void;
    /** @returns {AsyncIterableIterator<ThreadEvent>} */
    events(): AsyncIterableIterator<ThreadEvent>;
    /** Hand the events to those who listen, from now on. */
    pump(): Promise<void>;
    #private;
}
export type ThreadEvent = import("./wire.js").ThreadEvent;
