export class Line {
    /**
     * @param {object} given
     * @param {Map<string, Stream>} given.feeds what is followed, by the streams' names
     * @param {import("./pace.js").Pace} given.pace
     * @param {() => number} given.chance
     * @param {(act: Act) => void} given.act
     * @param {number} now
     */
    constructor({ feeds, pace, chance, act }: {
        feeds: Map<string, Stream>;
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
    feeds: Map<string, Stream>;
    pace: import("./pace.js").Pace;
    chance: () => number;
    act: (act: Act) => void;
    /** When to say `tick` at the latest. */
    get wakeAt(): number;
    /**
     * The socket is open: sign in, subscribe and resume in one frame. Without a token the browser's
     * session signs in.
     *
     * @param {{ token: string, renewAt: number, device?: string, agent?: string }} who `agent`: whom
     *   that session has to be of
     * @param {number} now
     */
    greet({ token, renewAt, device, agent }: {
        token: string;
        renewAt: number;
        device?: string;
        agent?: string;
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
/**
 * Where one stands in a stream, and what to do with what comes of it.
 */
export type Stream = {
    cursor: string | null;
    /**
     * false where something is missing
     */
    apply: (range: import("./wire.js").Range) => boolean;
    restart: (reason: string, cursor: string) => void;
};
import { PinboxError } from "./problems.js";
