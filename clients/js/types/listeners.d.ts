/**
 * `addEventListener` for where there may be no EventTarget (React Native). A listener that throws
 * harms no other one.
 *
 * @template {Record<string, any>} Kinds
 */
export class Listeners<Kinds extends Record<string, any>> {
    /**
     * @template {keyof Kinds} K
     * @param {K} kind
     * @param {(detail: Kinds[K]) => unknown} listener
     */
    add<K extends keyof Kinds>(kind: K, listener: (detail: Kinds[K]) => unknown): void;
    /**
     * @template {keyof Kinds} K
     * @param {K} kind
     * @param {(detail: Kinds[K]) => unknown} listener
     */
    remove<K extends keyof Kinds>(kind: K, listener: (detail: Kinds[K]) => unknown): void;
    /** @param {keyof Kinds} kind */
    has(kind: keyof Kinds): boolean;
    /**
     * Tell them, one after the other; resolves when all that returned a promise are done.
     *
     * @template {keyof Kinds} K
     * @param {K} kind
     * @param {Kinds[K]} detail
     */
    tell<K extends keyof Kinds>(kind: K, detail: Kinds[K]): Promise<void>;
    #private;
}
