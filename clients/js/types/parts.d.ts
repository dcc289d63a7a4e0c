/**
 * @param {string} url
 * @param {import("./credentials.js").TokenSource} token
 * @param {import("./options.js").Options} options
 */
export function assemble(url: string, token: import("./credentials.js").TokenSource, options: import("./options.js").Options): {
    store: import("./journal.js").Store;
    journal: Journal;
    credentials: Credentials;
    calls: Calls;
    postman: Postman;
    following: Following;
    listeners: Listeners<import("./options.js").Kinds>;
    device: string | undefined;
};
/**
 * The calls by what they are about.
 *
 * @param {Calls} calls
 * @param {Promise<void>} ready when the store is this person's; none is made before
 */
export function callsOf(calls: Calls, ready: Promise<void>): {
    thread: ThreadCalls;
    files: Files;
    devices: Devices;
    callbacks: Callbacks;
    quiet: QuietHours;
};
import { Journal } from "./journal.js";
import { Credentials } from "./credentials.js";
import { Calls } from "./calls.js";
import { Postman } from "./postman.js";
import { Following } from "./following.js";
import { Listeners } from "./listeners.js";
import { ThreadCalls } from "./thread.js";
import { Files } from "./files.js";
import { Devices } from "./devices.js";
import { Callbacks } from "./callbacks.js";
import { QuietHours } from "./devices.js";
