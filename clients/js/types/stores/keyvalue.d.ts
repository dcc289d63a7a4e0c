/** @implements {Store} */
export class KeyValueStore implements Store {
    /**
     * @param {KeyValue} storage
     * @param {string} [name] one for each person who may sign in here
     */
    constructor(storage: KeyValue, name?: string);
    tabs: Tabs;
    /** @param {string} key */
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
    close(): Promise<void>;
    #private;
}
/**
 * A store on texts by name: the browser's `localStorage`, or React Native's `AsyncStorage`.
 *
 *     new KeyValueStore(localStorage)
 *     new KeyValueStore(AsyncStorage)
 *
 * What these have written is on disk when they say so, which they do not promise to the letter.
 */
export type KeyValue = {
    getItem: (key: string) => string | null | Promise<string | null>;
    setItem: (key: string, value: string) => unknown;
    removeItem: (key: string) => unknown;
    /**
     * AsyncStorage
     */
    getAllKeys?: (() => Promise<readonly string[]>) | undefined;
    /**
     * localStorage
     */
    key?: ((index: number) => string | null) | undefined;
    /**
     * localStorage
     */
    length?: number | undefined;
};
export type Store = import("../journal.js").Store;
import { Tabs } from "../tabs.js";
