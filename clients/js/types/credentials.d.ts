export class Credentials {
    /**
     * @param {TokenSource} source
     * @param {object} given
     * @param {import("./pace.js").Pace} given.pace
     * @param {import("./clock.js").Clock} given.clock
     * @param {(subject: string) => Promise<void>} given.claim learns whom each token names, and may
     *   refuse it by rejecting
     */
    constructor(source: TokenSource, { pace, clock, claim }: {
        pace: import("./pace.js").Pace;
        clock: import("./clock.js").Clock;
        claim: (subject: string) => Promise<void>;
    });
    /** On the clock of the client; Infinity where no token ends or none other can be had. */
    renewAt: number;
    /** Whether there is more than one token to be had. */
    get renewable(): boolean;
    /** The present token, fetched at first use and when the old one is about to end. */
    token(): Promise<string>;
    /**
     * Another token than this one, which the server refused.
     *
     * @param {string} refused
     */
    instead(refused: string): Promise<string>;
    /** A new token; calls at one time share one. */
    renew(): Promise<string>;
    #private;
}
/**
 * A token, or a function that fetches a new one each time it is called. What it rejects with is
 * taken for a network that failed, and it is asked again; a PinboxError says otherwise:
 * `new PinboxError("unauthorized", "signed out")` ends the events.
 */
export type TokenSource = string | (() => string | Promise<string>);
