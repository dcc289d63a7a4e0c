/** @typedef {import("./options.js").Kinds} Kinds */
/**
 * One customer's side of one thread. Every call rejects with a PinboxError: the server's code, or
 * `unreachable` where no answer came.
 */
export class PinboxClient {
    /**
     * @param {string} url of the server; a TypeError where it is none
     * @param {import("./credentials.js").TokenSource} token
     * @param {import("./options.js").Options} [options]
     */
    constructor(url: string, token: import("./credentials.js").TokenSource, options?: import("./options.js").Options);
    /** Calls that the team makes: free times, booking, calling off. */
    callbacks: import("./callbacks.js").Callbacks;
    /** When the customer's devices are not rung. */
    quiet: import("./devices.js").QuietHours;
    /**
     * Send a message and wait until it is on the server's disk, however long that takes.
     *
     * It is in the store before anything is sent, goes out after those before it, and becomes one
     * message whatever happens on the way. Rejects with `unauthorized` where signing in fails (it
     * stays in the store), with `unreachable` when the client is closed meanwhile (as well); after
     * any other error it stands in `refused`.
     *
     * @param {string} body
     * @param {import("./options.js").SendOptions} [options]
     */
    send(body: string, options?: import("./options.js").SendOptions): Promise<import("./wire.js").Sent>;
    /**
     * As `send`, but resolves once the message is in the store; gives its `client_id`.
     *
     * @param {string} body
     * @param {import("./options.js").SendOptions} [options]
     */
    post(body: string, options?: import("./options.js").SendOptions): Promise<string>;
    /** Wait until the outbox is empty, however long that takes. */
    flush(): Promise<void>;
    /** What is still on its way out, in order. */
    pending(): Promise<import("./wire.js").Draft[]>;
    /** What the server will not take, with the reason: show it, then send it anew or discard. */
    refused(): Promise<import("./wire.js").Refused[]>;
    /**
     * Forget a refused draft.
     *
     * @param {string} clientId
     */
    discard(clientId: string): Promise<void>;
    /** The thread as it stands; begins it, with its pin, at first sight. */
    thread(): Promise<import("./wire.js").Thread>;
    /**
     * Messages newest first, those before a seq.
     *
     * @param {{ before?: number | string, limit?: number }} [which]
     */
    messages(which?: {
        before?: number | string;
        limit?: number;
    }): Promise<import("./wire.js").Page>;
    /**
     * Everything up to this seq was read. May be repeated; never goes back.
     *
     * @param {number} upto
     */
    read(upto: number): Promise<void>;
    /**
     * Everything up to this seq is stored or shown on this device. May be repeated.
     *
     * While the app is in front it goes over the socket, which spares the customer a push.
     *
     * @param {number} upto
     */
    ack(upto: number): Promise<void>;
    /** The team page: name, place, people, hours, what it says, and what can be expected of it. */
    team(): Promise<import("./wire.js").Team>;
    /**
     * Say how a resolved conversation went, from 1 to 5; may be changed for some days. `conflict`
     * where it is not resolved, or was so too long ago.
     *
     * @param {number} conversation
     * @param {number} score
     * @param {string} [comment]
     */
    rate(conversation: number, score: number, comment?: string): Promise<import("./wire.js").Rated>;
    /**
     * Wait for the closed team, or be answered by another now. `conflict` where nothing is asked.
     *
     * @param {"wait" | "now"} choice
     */
    cover(choice: "wait" | "now"): Promise<import("./wire.js").Covered>;
    /**
     * How to be cared for from now on: one of the thread's `care.offers`.
     *
     * @param {import("./wire.js").Preference} preference
     */
    care(preference: import("./wire.js").Preference): Promise<import("./wire.js").Care>;
    /**
     * Upload a file, whose `id` then goes with one message. After `unreachable` upload it anew.
     *
     * @param {Blob | ArrayBuffer | ArrayBufferView} file
     * @param {import("./files.js").UploadOptions} [options]
     */
    upload(file: Blob | ArrayBuffer | ArrayBufferView, options?: import("./files.js").UploadOptions): Promise<import("./wire.js").Attachment>;
    /**
     * What an upload is, and links to it that hold for minutes.
     *
     * @param {string} id
     */
    file(id: string): Promise<import("./files.js").Links>;
    /**
     * Make this device known, for push, at every start of the app; gives a token for its extension.
     *
     * @param {string} id
     * @param {import("./wire.js").Registration} registration
     */
    register(id: string, registration: import("./wire.js").Registration): Promise<import("./wire.js").Registered>;
    /**
     * Forget a device.
     *
     * @param {string} id
     */
    unregister(id: string): Promise<void>;
    /** The key that a web page subscribes to pushes with; `not_found` without Web Push. */
    pushKey(): Promise<string>;
    /**
     * Everything that happens in the thread, from where the store ends: each once, in order.
     *
     * The first use connects; the connection is then kept until `close`, by long polls where no
     * socket gets through. Rejects with what makes coming back useless (`unauthorized` above all).
     * One reader at a time; the next one goes on where the last one stopped.
     */
    events(): AsyncIterableIterator<import("./wire.js").ThreadEvent>;
    /** Go live without reading events yet; `events` does it by itself. */
    connect(): void;
    /** Whether and how events come now. */
    get connection(): import("./options.js").Connection;
    /**
     * The app is in front, or not; said again after each reconnect. In a page it is said by itself.
     *
     * @param {boolean} on
     */
    visible(on: boolean): void;
    /**
     * Somebody types; repeat every few seconds. Lost without a socket.
     *
     * @param {boolean} on
     */
    typing(on: boolean): void;
    /**
     * Hear of something. The first listener to `event` reads the events, as `events()` would: the
     * next one comes when what this one returns is done. So use one or the other.
     *
     * @template {keyof Kinds} K
     * @param {K} kind
     * @param {import("./options.js").Listener<K>} listener
     */
    addEventListener<K extends keyof Kinds>(kind: K, listener: import("./options.js").Listener<K>): void;
    /**
     * @template {keyof Kinds} K
     * @param {K} kind
     * @param {import("./options.js").Listener<K>} listener
     */
    removeEventListener<K extends keyof Kinds>(kind: K, listener: import("./options.js").Listener<K>): void;
    /**
     * Leave the line and let go of the store. The event handed out last counts as done, or comes
     * `again` at the next start.
     *
     * @param {{ again?: boolean }} [how]
     */
    close({ again }?: {
        again?: boolean;
    }): Promise<void>;
    #private;
}
export type Kinds = import("./options.js").Kinds;
