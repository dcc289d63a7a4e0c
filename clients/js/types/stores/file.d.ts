/** @implements {Store} */
export class FileStore implements Store {
    /** @param {string} path */
    constructor(path: string);
    /**
     * @param {string} key
     * @returns {Promise<any>}
     */
    get(key: string): Promise<any>;
    /**
     * @param {string} key
     * @param {unknown} value
     * @param {{ durable?: boolean }} [how]
     */
    set(key: string, value: unknown, { durable }?: {
        durable?: boolean;
    }): Promise<void>;
    /** @param {string} key */
    delete(key: string): Promise<void>;
    /** @param {string} prefix */
    list(prefix: string): Promise<{
        key: string;
        value: any;
    }[]>;
    close(): Promise<void>;
    #private;
}
export type Store = import("../journal.js").Store;
