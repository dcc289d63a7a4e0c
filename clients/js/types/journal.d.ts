export class Journal {
    /**
     * @param {Store} store
     * @param {import("./clock.js").Clock} clock
     */
    constructor(store: Store, clock: import("./clock.js").Clock);
    /**
     * Make the store this person's. Rejects with `unauthorized` if it is already another's.
     *
     * @param {string} owner
     */
    claim(owner: string): Promise<void>;
    /** @returns {Promise<import("./feed.js").Place | undefined>} */
    place(): Promise<import("./feed.js").Place | undefined>;
    /** @param {import("./feed.js").Place} place */
    stand(place: import("./feed.js").Place): Promise<void>;
    /**
     * Put a draft at the end of the outbox; it is on disk when this resolves.
     *
     * The same draft again changes nothing, but one that was set aside gets a new chance. Rejects
     * with `conflict` where its `client_id` is taken by another one.
     *
     * @param {Draft} draft
     */
    keep(draft: Draft): Promise<void>;
    /** What is still to be sent, in order. */
    drafts(): Promise<import("./wire.js").Draft[]>;
    /**
     * What was set aside, oldest first.
     *
     * @returns {Promise<Refused[]>}
     */
    refused(): Promise<Refused[]>;
    /**
     * Forget a draft: it was answered, or the person gave it up.
     *
     * @param {string} client_id
     */
    drop(client_id: string): Promise<void>;
    /**
     * Set a draft aside: the server will never take it as it is.
     *
     * @param {string} client_id
     * @param {{ code: string, detail: string }} why
     */
    refuse(client_id: string, { code, detail }: {
        code: string;
        detail: string;
    }): Promise<void>;
    #private;
}
/**
 * What a client must not forget, in a store: whose it is, where it stands, what to send.
 */
export type Draft = import("./wire.js").Draft;
/**
 * What a client must not forget, in a store: whose it is, where it stands, what to send.
 */
export type Refused = import("./wire.js").Refused;
/**
 * Values by key, kept until they are deleted. Any will do that keeps its
 * word: `set` resolves when the value is kept, with `durable` when it is on disk.
 */
export type Store = {
    /**
     * undefined where there is none
     */
    get: (key: string) => Promise<any>;
    set: (key: string, value: any, how?: {
        durable?: boolean;
    }) => Promise<void>;
    delete: (key: string) => Promise<void>;
    /**
     * by rising key
     */
    list: (prefix: string) => Promise<{
        key: string;
        value: any;
    }[]>;
    close?: (() => Promise<void>) | undefined;
    /**
     * others that share the store
     */
    tabs?: import("./tabs.js").Tabs | undefined;
};
/**
 * What a client must not forget, in a store: whose it is, where it stands, what to send.
 */
export type Kept = {
    draft: Draft;
    refused?: {
        code: string;
        detail: string;
    };
};
