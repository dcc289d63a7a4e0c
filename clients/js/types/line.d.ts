export class Line {
    /**
     * @param {object} given
     * @param {import("./feed.js").Places} given.feed
     * @param {import("./pace.js").Pace} given.pace
     * @param {() => number} given.chance
     * @param {(act: Act) => void} given.act
     * @param {number} now
     */
    constructor({ feed, pace, chance, act }: {
        feed: import("./feed.js").Places;
        pace: import("./pace.js").Pace;
        chance: () => number;
        act: (act: Act) => void;
    }, now: number);
    /** Whether the server has let us in. */
    open: boolean;
    /** Whether anything came that a line with a future brings: catching up, or new events. */
    ledOn: boolean;
    /** @type {PinboxError | null} what the server named before it closed at the sign-in */
    named: PinboxError | null;
    feed: import("./feed.js").Places;
    pace: import("./pace.js").Pace;
    chance: () => number;
    act: (act: Act) => void;
    /** When to say `tick` at the latest. */
    get wakeAt(): number;
    /**
     * The socket is open: sign in, subscribe and resume in one frame.
     *
     * @param {{ token: string, renewAt: number, device: string | undefined }} who
     * @param {number} now
     */
    greet({ token, renewAt, device }: {
        token: string;
        renewAt: number;
        device: string | undefined;
    }, now: number): void;
    /**
     * @param {unknown} data
     * @param {number} now
     */
    hear(data: unknown, now: number): void;
    /** @param {number} now */
    tick(now: number): void;
    /** @param {Frame} frame */
    say(frame: Frame): void;
    /**
     * @param {Draft} draft
     * @param {number} now
     */
    ask(draft: Draft, now: number): void;
    /**
     * The next token, in place: the line and its stream stay.
     *
     * @param {string} token
     * @param {number} renewAt
     */
    renew(token: string, renewAt: number): void;
    /**
     * No token could be had now, which harms no line that is open: ask again then.
     *
     * @param {number} at
     */
    renewLater(at: number): void;
    /** The line is gone: whether what was not answered has arrived is unknown. */
    drop(): void;
    #private;
}
/**
 * One live socket from its opening to its end, pure: the client's half of `pinbox.v1`.
 *
 * What is to be said or told goes to `act`. When the line must be left a method throws: a temporary
 * PinboxError means come back, any other stay away.
 */
export type Act = import("./link.js").Act;
/**
 * One live socket from its opening to its end, pure: the client's half of `pinbox.v1`.
 *
 * What is to be said or told goes to `act`. When the line must be left a method throws: a temporary
 * PinboxError means come back, any other stay away.
 */
export type Frame = import("./wire.js").Frame;
/**
 * One live socket from its opening to its end, pure: the client's half of `pinbox.v1`.
 *
 * What is to be said or told goes to `act`. When the line must be left a method throws: a temporary
 * PinboxError means come back, any other stay away.
 */
export type Draft = import("./wire.js").Draft;
import { PinboxError } from "./problems.js";
