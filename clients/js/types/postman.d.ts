/**
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").Sent} Sent
 * @typedef {import("./outbox.js").Act} Act
 * @typedef {import("./outbox.js").Happened} Happened
 *
 * @typedef {object} Waiter
 * @property {Draft} draft
 * @property {(sent: Sent) => void} resolve
 * @property {(error: unknown) => void} reject
 */
export class Postman {
    /**
     * @param {import("./outbox.js").Outbox} outbox
     * @param {object} given
     * @param {import("./journal.js").Journal} given.journal
     * @param {import("./tabs.js").Tabs} [given.tabs]
     * @param {import("./clock.js").Clock} given.clock
     * @param {(draft: Draft) => void} given.post sends it once; the outcome comes by `feed`
     * @param {() => void} given.changed the outbox holds something else now
     */
    constructor(outbox: import("./outbox.js").Outbox, { journal, tabs, clock, post, changed }: {
        journal: import("./journal.js").Journal;
        tabs?: import("./tabs.js").Tabs | undefined;
        clock: import("./clock.js").Clock;
        post: (draft: Draft) => void;
        changed: () => void;
    });
    /** Send what the store holds as soon as no other tab does. */
    start(): Promise<void>;
    /**
     * Keep a draft and wait for the server's answer.
     *
     * @param {Draft} draft
     * @returns {Promise<{ answer: Promise<Sent> }>} when it is in the store
     */
    put(draft: Draft): Promise<{
        answer: Promise<Sent>;
    }>;
    /** Look what the store holds now. */
    reload(): Promise<void>;
    /** Resolves when nothing is on its way any more. */
    flush(): Promise<void>;
    /** @param {Happened} happened */
    feed(happened: Happened): void;
    /**
     * Those who wait learn that it will be another time: what they wrote is in the store. Resolves
     * when nothing more is written there.
     */
    close(): Promise<void>;
    #private;
}
export type Draft = import("./wire.js").Draft;
export type Sent = import("./wire.js").Sent;
export type Act = import("./outbox.js").Act;
export type Happened = import("./outbox.js").Happened;
export type Waiter = {
    draft: Draft;
    resolve: (sent: Sent) => void;
    reject: (error: unknown) => void;
};
