/** Devices for push, and when they are not rung. */
export class Devices {
    /** @param {import("./calls.js").Ask} ask */
    constructor(ask: import("./calls.js").Ask);
    /**
     * @param {string} id
     * @param {import("./wire.js").Registration} registration
     * @returns {Promise<import("./wire.js").Registered>}
     */
    register(id: string, registration: import("./wire.js").Registration): Promise<import("./wire.js").Registered>;
    /** @param {string} id */
    forget(id: string): Promise<void>;
    /** @returns {Promise<string>} */
    pushKey(): Promise<string>;
    #private;
}
/**
 * When the customer's devices are not rung, by the customer's own clock.
 *
 * @typedef {object} Quiet
 * @property {string | null} hours as `22:00-08:00`; null: always rung
 * @property {"hold" | "passive"} mode one push at the end tells of all, or each comes silently
 * @property {boolean} own the customer has chosen so
 * @property {string} time_zone
 * @property {string | null} until it is quiet now, up to then
 */
export class QuietHours {
    /** @param {import("./calls.js").Ask} ask */
    constructor(ask: import("./calls.js").Ask);
    /**
     * What counts now.
     *
     * @returns {Promise<Quiet>}
     */
    get(): Promise<Quiet>;
    /**
     * Choose hours as `22:00-08:00`, or null for none.
     *
     * @param {string | null} hours
     * @param {"hold" | "passive"} [mode]
     * @returns {Promise<Quiet>}
     */
    set(hours: string | null, mode?: "hold" | "passive"): Promise<Quiet>;
    /** Go back to the hours that the company has set. */
    clear(): Promise<void>;
    #private;
}
/**
 * When the customer's devices are not rung, by the customer's own clock.
 */
export type Quiet = {
    /**
     * as `22:00-08:00`; null: always rung
     */
    hours: string | null;
    /**
     * one push at the end tells of all, or each comes silently
     */
    mode: "hold" | "passive";
    /**
     * the customer has chosen so
     */
    own: boolean;
    time_zone: string;
    /**
     * it is quiet now, up to then
     */
    until: string | null;
};
