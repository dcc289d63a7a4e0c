/**
 * The tabs of one browser that share a store: one of them sends, and tells the others what came.
 *
 * By Web Locks and BroadcastChannel. Where there are none (React Native, old browsers) everybody
 * holds everything, which does no harm but doubled requests: the server knows a `client_id` again.
 */
export class Tabs {
    /** @param {string} name */
    constructor(name: string);
    /**
     * Wait until this is ours, and hold it until the tab goes or `close`.
     *
     * @param {string} what
     * @returns {Promise<void>} never settles where it is never ours
     */
    hold(what: string): Promise<void>;
    /** @param {(message: any) => void} hear what other tabs tell */
    listen(hear: (message: any) => void): void;
    /** @param {object} message */
    tell(message: object): void;
    /** Let go of everything. */
    close(): void;
    #private;
}
