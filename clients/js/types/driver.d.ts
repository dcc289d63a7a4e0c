/**
 * What is none of the server's errors comes from the store on this device.
 *
 * @param {unknown} error
 * @returns {PinboxError}
 */
export function asProblem(error: unknown): PinboxError;
/**
 * @typedef {import("./link.js").Act} Act
 * @typedef {import("./link.js").Happened} Happened
 *
 * @typedef {Extract<Act, { do: "caught_up" | "pass" | "end" | "sent" | "unsent" }>} Told
 */
export class Driver {
    /**
     * @param {import("./link.js").Link} link
     * @param {object} given
     * @param {Pick<import("./calls.js").Calls, "url" | "call">} given.calls
     * @param {Pick<import("./credentials.js").Credentials, "token" | "renew" | "renewAt">
     *   } given.credentials
     * @param {typeof globalThis.WebSocket | undefined} given.WebSocket
     * @param {import("./clock.js").Clock} given.clock
     * @param {string} [given.path] where the live socket is
     * @param {(told: Told | { do: "moved" }) => void} given.tell `moved`: the link has gone on
     */
    constructor(link: import("./link.js").Link, { calls, credentials, WebSocket, clock, path, tell }: {
        calls: Pick<import("./calls.js").Calls, "url" | "call">;
        credentials: Pick<import("./credentials.js").Credentials, "token" | "renew" | "renewAt">;
        WebSocket: typeof globalThis.WebSocket | undefined;
        clock: import("./clock.js").Clock;
        path?: string | undefined;
        tell: (told: Told | {
            do: "moved";
        }) => void;
    });
    /** @param {Happened} happened */
    feed(happened: Happened): void;
    /** Leave the line, for good. */
    close(): void;
    #private;
}
export type Act = import("./link.js").Act;
export type Happened = import("./link.js").Happened;
export type Told = Extract<Act, {
    do: "caught_up" | "pass" | "end" | "sent" | "unsent";
}>;
import { PinboxError } from "./problems.js";
