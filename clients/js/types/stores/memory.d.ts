/** @implements {Store} */
export class MemoryStore implements Store {
    /**
     * @param {string} key
     * @returns {Promise<any>}
     */
    get(key: string): Promise<any>;
    /**
     * @param {string} key
     * @param {unknown} value
     */
    set(key: string, value: unknown): Promise<void>;
    /** @param {string} key */
    delete(key: string): Promise<void>;
    /** @param {string} prefix */
    list(prefix: string): Promise<{
        key: string;
        value: any;
    }[]>;
    #private;
}
export type Store = import("../journal.js").Store;
