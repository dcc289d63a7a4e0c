/** One person's live connection. It goes on until it is told to stay away. */
export class Link {
    /**
     * @param {object} given
     * @param {import("./line.js").Stream} given.feed the stream that long polls follow
     * @param {Map<string, import("./line.js").Stream>} [given.feeds] what the socket follows, by the
     *   streams' names; unless given, `feed` as a customer's `thread`
     * @param {import("./pace.js").Pace} given.pace
     * @param {() => number} given.chance
     * @param {string} [given.device]
     * @param {string} [given.agent] whom the browser's session has to be of
     */
    constructor(given: {
        feed: import("./line.js").Stream;
        feeds?: Map<string, import("./line.js").Stream> | undefined;
        pace: import("./pace.js").Pace;
        chance: () => number;
        device?: string | undefined;
        agent?: string | undefined;
    });
    /** @type {"idle" | "waiting" | "signing" | "opening" | "talking" | "polling" | "ended"} */
    phase: "idle" | "waiting" | "signing" | "opening" | "talking" | "polling" | "ended";
    /** Whether a send can go now. While the network is away the link alone tries it. */
    way: boolean;
    given: {
        feeds: Map<string, import("./line.js").Stream>;
        act: (act: Act) => undefined;
        feed: import("./line.js").Stream;
        pace: import("./pace.js").Pace;
        chance: () => number;
        device?: string | undefined;
        agent?: string | undefined;
    };
    /** When to say `tick` at the latest, on the clock of `handle`. */
    get wakeAt(): number;
    /** Whether there is a live socket now. */
    get connected(): boolean;
    /**
     * @param {Happened} happened
     * @param {number} now milliseconds, on a clock that does not step back
     * @returns {Act[]} to be done, in this order
     */
    handle(happened: Happened, now: number): Act[];
    #private;
}
/**
 * Keeps one live connection going: reconnects, resumes, renews the token, falls back to polling.
 *
 *     waiting ──▶ signing ──▶ opening ──▶ talking ──┬─ again, renew, drained ──▶ waiting
 *        ▲                                          └─ stop ──▶ ended
 *        └─────────── polling ◀── no socket to be had, several times
 *
 * Pure: what happened goes in with the time, what is to be done comes out. It knows no socket, no
 * clock and no chance but those it is given.
 */
export type Frame = import("./wire.js").Frame;
/**
 * Keeps one live connection going: reconnects, resumes, renews the token, falls back to polling.
 *
 *     waiting ──▶ signing ──▶ opening ──▶ talking ──┬─ again, renew, drained ──▶ waiting
 *        ▲                                          └─ stop ──▶ ended
 *        └─────────── polling ◀── no socket to be had, several times
 *
 * Pure: what happened goes in with the time, what is to be done comes out. It knows no socket, no
 * clock and no chance but those it is given.
 */
export type Draft = import("./wire.js").Draft;
/**
 * Keeps one live connection going: reconnects, resumes, renews the token, falls back to polling.
 *
 *     waiting ──▶ signing ──▶ opening ──▶ talking ──┬─ again, renew, drained ──▶ waiting
 *        ▲                                          └─ stop ──▶ ended
 *        └─────────── polling ◀── no socket to be had, several times
 *
 * Pure: what happened goes in with the time, what is to be done comes out. It knows no socket, no
 * clock and no chance but those it is given.
 */
export type Range = import("./wire.js").Range;
/**
 * `renewAt` is on the clock of `handle`; `hopeless`: there are no sockets here at all.
 */
export type Happened = {
    is: "start";
} | {
    is: "tick";
} | {
    is: "hurry";
} | {
    is: "token";
    token: string;
    renewAt: number;
} | {
    is: "no_token";
    error: PinboxError;
} | {
    is: "opened";
} | {
    is: "heard";
    data: unknown;
} | {
    is: "closed";
    code: number;
    hopeless?: boolean;
} | {
    is: "polled";
    range: Range;
} | {
    is: "not_polled";
    error: PinboxError;
} | {
    is: "visible";
    on: boolean;
} | {
    is: "typing";
    on: boolean;
} | {
    is: "ack";
    upto: number;
} | {
    is: "say";
    frame: Frame;
} | {
    is: "send";
    draft: Draft;
};
/**
 * `poll` asks once for what follows the feed's cursor.
 */
export type Act = {
    do: "sign";
    renew: boolean;
} | {
    do: "open";
} | {
    do: "say";
    frame: Frame;
} | {
    do: "leave";
} | {
    do: "poll";
} | {
    do: "unpoll";
} | {
    do: "caught_up";
} | {
    do: "pass";
    frame: Frame;
} | {
    do: "end";
    error: PinboxError;
} | {
    do: "sent";
    client_id: string;
    answer: import("./wire.js").Sent;
} | {
    do: "unsent";
    client_id: string;
    error: PinboxError;
};
import { PinboxError } from "./problems.js";
