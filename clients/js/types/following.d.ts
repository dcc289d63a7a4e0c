/**
 * @typedef {import("./wire.js").Draft} Draft
 * @typedef {import("./wire.js").ResetEvent} ResetEvent
 * @typedef {import("./options.js").Connection} Connection
 *
 * @typedef {object} Told What the client hears of it.
 * @property {(happened: import("./outbox.js").Happened) => void} outbox
 * @property {(connection: Connection) => void} connection
 * @property {(error: PinboxError) => void} end
 *
 * @typedef {object} Given
 * @property {import("./journal.js").Journal} journal
 * @property {import("./tabs.js").Tabs} [tabs]
 * @property {import("./calls.js").Calls} calls
 * @property {import("./credentials.js").Credentials} credentials
 * @property {import("./pace.js").Pace} pace
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} chance
 * @property {string} [device]
 * @property {"stored" | "now"} begin
 * @property {typeof globalThis.WebSocket | undefined} WebSocket
 * @property {Told} told
 */
export class Following {
    /** @param {Given} given */
    constructor(given: Given);
    /** Connect, and stay connected. A failure ends the events. */
    start(): Promise<void>;
    get connection(): import("./options.js").Connection;
    /** The next event, waited for; undefined when closed. */
    next(): Promise<import("./wire.js").ThreadEvent | undefined>;
    /**
     * Send a draft once, by the socket or, where none is being waited for, by HTTP.
     *
     * @param {Draft} draft
     */
    post(draft: Draft): Promise<void>;
    /** @param {boolean} on */
    visible(on: boolean): void;
    /**
     * Say over the socket what an app in front has shown; false where that cannot be.
     *
     * @param {number} upto
     */
    ack(upto: number): boolean;
    /** @param {boolean} on */
    typing(on: boolean): void;
    /** There is a reason to hope: try now. */
    hurry(): void;
    /**
     * Leave the line and end the reader.
     *
     * @param {boolean} settle whether the event handed out last is done with
     */
    close(settle: boolean): Promise<void>;
    #private;
}
export type Draft = import("./wire.js").Draft;
export type ResetEvent = import("./wire.js").ResetEvent;
export type Connection = import("./options.js").Connection;
/**
 * What the client hears of it.
 */
export type Told = {
    outbox: (happened: import("./outbox.js").Happened) => void;
    connection: (connection: Connection) => void;
    end: (error: PinboxError) => void;
};
export type Given = {
    journal: import("./journal.js").Journal;
    tabs?: import("./tabs.js").Tabs | undefined;
    calls: import("./calls.js").Calls;
    credentials: import("./credentials.js").Credentials;
    pace: import("./pace.js").Pace;
    clock: import("./clock.js").Clock;
    chance: () => number;
    device?: string | undefined;
    begin: "stored" | "now";
    WebSocket: typeof globalThis.WebSocket | undefined;
    told: Told;
};
import { PinboxError } from "./problems.js";
