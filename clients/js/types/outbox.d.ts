export class Outbox {
    /**
     * @param {import("./pace.js").Pace} pace
     * @param {() => number} chance
     */
    constructor(pace: import("./pace.js").Pace, chance: () => number);
    pace: import("./pace.js").Pace;
    chance: () => number;
    /** When to say `tick` at the latest. */
    get wakeAt(): number;
    /**
     * @param {Happened} happened
     * @param {number} now milliseconds
     * @returns {Act[]}
     */
    handle(happened: Happened, now: number): Act[];
    #private;
}
/**
 * The way out: drafts leave in the order they were written, one at a time, each once. Pure.
 *
 * A draft is tried until the server answers, with the same `client_id`, so it becomes one message
 * however often the line goes. One that the server will never take is set aside, not lost.
 */
export type Draft = import("./wire.js").Draft;
/**
 * The way out: drafts leave in the order they were written, one at a time, each once. Pure.
 *
 * A draft is tried until the server answers, with the same `client_id`, so it becomes one message
 * however often the line goes. One that the server will never take is set aside, not lost.
 */
export type PinboxError = import("./problems.js").PinboxError;
/**
 * `drafts`: all that the store holds, in order. `hold`: it is ours to send them. `settled`: the
 * store has forgotten or set aside what was answered.
 */
export type Happened = {
    is: "drafts";
    drafts: Draft[];
} | {
    is: "hold";
} | {
    is: "way";
    open: boolean;
} | {
    is: "nudge";
} | {
    is: "tick";
} | {
    is: "sent";
    client_id: string;
    answer: import("./wire.js").Sent;
} | {
    is: "unsent";
    client_id: string;
    error: PinboxError;
} | {
    is: "settled";
    client_id: string;
};
/**
 * `tell`: not this draft's fault, so it stays, but those who wait for it should know.
 */
export type Act = {
    do: "post";
    draft: Draft;
} | {
    do: "drop";
    client_id: string;
    answer: import("./wire.js").Sent;
} | {
    do: "refuse";
    client_id: string;
    error: PinboxError;
} | {
    do: "tell";
    client_id: string;
    error: PinboxError;
};
