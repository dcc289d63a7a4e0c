/** Where one stands in the stream, and what waits to be handed out. Pure. */
export class Places {
    /** @param {Place} [stored] */
    constructor({ cursor, done }?: Place);
    /** @type {string | null} everything up to here has come */
    cursor: string | null;
    /**
     * Keep what is new of a range; false where something before it is missing.
     *
     * @param {Range} range
     */
    apply(range: Range): boolean;
    /**
     * Go on from another cursor, and let the app know in its turn.
     *
     * @param {string} reason
     * @param {string} cursor
     */
    restart(reason: string, cursor: string): void;
    /**
     * Begin with what stands now.
     *
     * @param {ResetEvent} event
     */
    begin(event: ResetEvent): void;
    /**
     * Hand out what is never stored; the oldest is dropped when nobody listens.
     *
     * @param {import("./wire.js").Frame} frame
     */
    pass(frame: import("./wire.js").Frame): void;
    /** @returns {Entry | undefined} what comes next */
    peek(): Entry | undefined;
    /** What came next is in the app's hands. */
    take(): void;
    /** What was handed out is done with; gives the place to store, or null. */
    settle(): Place | null;
    #private;
}
/** Hands the events out to one reader. */
export class Feed {
    /**
     * @param {Places} places
     * @param {object} given
     * @param {(place: Place) => Promise<void>} given.store
     * @param {(reset: ResetEvent) => Promise<ResetEvent>} given.load fills a reset with what stands
     *   now, however often it must ask; rejects with what cannot be mended
     */
    constructor(places: Places, { store, load }: {
        store: (place: Place) => Promise<void>;
        load: (reset: ResetEvent) => Promise<ResetEvent>;
    });
    places: Places;
    /** Something has come. */
    stir(): void;
    /**
     * Nothing will come any more: `next` rejects with this once all that came is handed out.
     *
     * @param {unknown} error
     */
    fail(error: unknown): void;
    /** End the reader's wait. */
    close(): void;
    /** What was handed out is done with: it will not come again, not even after a restart. */
    settle(): Promise<void>;
    /** The next event, waited for; undefined when the client is closed. For one reader at a time. */
    next(): Promise<import("./wire.js").ThreadEvent | undefined>;
    #private;
}
/**
 * From the line to the app: what arrives is handed out one by one, in order, and what was handled
 * is remembered in the store.
 *
 * An event counts as done when the next one is asked for. Only then the store moves, so whatever
 * dies in between, the server is asked again for exactly what was not handled.
 */
export type ThreadEvent = import("./wire.js").ThreadEvent;
/**
 * From the line to the app: what arrives is handed out one by one, in order, and what was handled
 * is remembered in the store.
 *
 * An event counts as done when the next one is asked for. Only then the store moves, so whatever
 * dies in between, the server is asked again for exactly what was not handled.
 */
export type ResetEvent = import("./wire.js").ResetEvent;
/**
 * From the line to the app: what arrives is handed out one by one, in order, and what was handled
 * is remembered in the store.
 *
 * An event counts as done when the next one is asked for. Only then the store moves, so whatever
 * dies in between, the server is asked again for exactly what was not handled.
 */
export type Range = import("./wire.js").Range;
/**
 * What the store holds: where to ask on from, and what beyond it is done.
 */
export type Place = {
    cursor: string | null;
    done?: {
        epoch: string;
        seq: number;
    } | undefined;
};
/**
 * From the line to the app: what arrives is handed out one by one, in order, and what was handled
 * is remembered in the store.
 *
 * An event counts as done when the next one is asked for. Only then the store moves, so whatever
 * dies in between, the server is asked again for exactly what was not handled.
 */
export type Entry = {
    event: ThreadEvent;
    loaded: boolean;
    place?: Place;
};
