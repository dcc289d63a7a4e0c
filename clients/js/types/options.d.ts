/**
 * What a client is given, and what it tells.
 */
export type ThreadEvent = import("./wire.js").ThreadEvent;
/**
 * What a client is given, and what it tells.
 */
export type Options = {
    /**
     * keeps drafts and the place in the thread;
     * without it they live as long as the client. A store belongs to one person.
     */
    store?: import("./journal.js").Store | undefined;
    /**
     * `stored` (default): events go on where the store stands,
     * without a place from the thread's beginning. `now`: they begin with a reset that brings what
     * stands now, and no place is stored: for a page that keeps nothing of the thread itself.
     */
    begin?: "now" | "stored" | undefined;
    /**
     * what this device is called, for receipts and push
     */
    device?: string | undefined;
    pace?: Partial<import("./pace.js").Pace> | undefined;
    /**
     * where the platform has none
     */
    WebSocket?: {
        new (url: string | URL, protocols?: string | string[]): WebSocket;
        prototype: WebSocket;
        readonly CONNECTING: 0;
        readonly OPEN: 1;
        readonly CLOSING: 2;
        readonly CLOSED: 3;
    } | undefined;
    fetch?: typeof fetch | undefined;
    clock?: import("./clock.js").Clock | undefined;
    /**
     * a random number in [0, 1)
     */
    chance?: (() => number) | undefined;
    /**
     * false: the app itself says whether it is in front
     */
    watch?: boolean | undefined;
};
/**
 * What a client is given, and what it tells.
 */
export type SendOptions = {
    /**
     * 1 to 64 printable ASCII characters; made where not given
     */
    clientId?: string | undefined;
    /**
     * it cannot wait: another team may answer
     */
    urgent?: boolean | undefined;
    /**
     * ids of uploads, with which the body may be empty
     */
    attachments?: string[] | undefined;
};
/**
 * By a socket, by long polls, by neither yet, or never again.
 */
export type Connection = "live" | "polling" | "away" | "ended";
/**
 * What `addEventListener` hears.
 */
export type Kinds = {
    /**
     * an event of the thread
     */
    event: ThreadEvent;
    connection: Connection;
    /**
     * `pending()` or `refused()` holds something else now
     */
    outbox: undefined;
    /**
     * no events will come any more
     */
    end: import("./problems.js").PinboxError;
};
export type Listener<K extends keyof Kinds> = (detail: Kinds[K]) => unknown;
