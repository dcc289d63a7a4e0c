/**
 * Time, as the client is given it.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds, never stepping back
 * @property {() => number} wall milliseconds since 1970
 * @property {(run: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */
/** @type {Clock} */
export const CLOCK: Clock;
/** One timer that rings at the time which was set last. */
export class Alarm {
    /**
     * @param {Clock} clock
     * @param {() => void} ring
     */
    constructor(clock: Clock, ring: () => void);
    /** @param {number} at on the clock's `now`; Infinity for never */
    set(at: number): void;
    #private;
}
/**
 * Time, as the client is given it.
 */
export type Clock = {
    /**
     * milliseconds, never stepping back
     */
    now: () => number;
    /**
     * milliseconds since 1970
     */
    wall: () => number;
    setTimeout: (run: () => void, ms: number) => unknown;
    clearTimeout: (timer: any) => void;
};
