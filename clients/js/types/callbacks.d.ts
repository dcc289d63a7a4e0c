export class Callbacks {
    /** @param {import("./calls.js").Ask} ask */
    constructor(ask: import("./calls.js").Ask);
    /**
     * The free times of a day (`2026-11-24`); of today where none is given.
     *
     * @param {{ day?: string, anyHour?: boolean }} [which]
     * @returns {Promise<Slots>}
     */
    slots({ day, anyHour }?: {
        day?: string;
        anyHour?: boolean;
    }): Promise<Slots>;
    /**
     * What is booked and not over.
     *
     * @returns {Promise<Callback[]>}
     */
    open(): Promise<Callback[]>;
    /**
     * Ask for a call. After `unreachable` repeat it with the same `clientId`: it books once.
     * `conflict` where the time is taken, the team is closed, or a callback is booked already.
     *
     * @param {string} topic
     * @param {Wish} [wish]
     * @returns {Promise<Callback>}
     */
    book(topic: string, { when, phone, anyHour, clientId }?: Wish): Promise<Callback>;
    /**
     * The call is not wanted any more. Again is safe.
     *
     * @param {string} id
     */
    cancel(id: string): Promise<void>;
    #private;
}
/**
 * Callbacks: the customer is called by the team, now or at a free time.
 */
export type Callback = import("./wire.js").Callback;
/**
 * The free times of a day by the customer's clock.
 */
export type Slots = {
    day: string;
    /**
     * the customer's
     */
    time_zone: string;
    /**
     * whether the team calls anybody back at all
     */
    enabled: boolean;
    /**
     * whether somebody could call at once
     */
    now: boolean;
    items: {
        starts_at: string;
        ends_at: string;
    }[];
};
/**
 * Callbacks: the customer is called by the team, now or at a free time.
 */
export type Wish = {
    /**
     * the beginning of a free time; `now` where not given
     */
    when?: string | Date | undefined;
    /**
     * the number that the company told where not given
     */
    phone?: string | undefined;
    /**
     * before 09:00 and after 20:00 by the customer's clock, too
     */
    anyHour?: boolean | undefined;
    /**
     * makes repeating safe; made where not given
     */
    clientId?: string | undefined;
};
