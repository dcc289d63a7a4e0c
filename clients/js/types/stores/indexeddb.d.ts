/** @implements {Store} */
export class IndexedDbStore implements Store {
    /** @param {string} [name] one for each person who may sign in here */
    constructor(name?: string);
    tabs: Tabs;
    /** @param {string} key */
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
import { Tabs } from "../tabs.js";
