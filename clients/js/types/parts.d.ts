/**
 * @param {string} url
 * @param {import("./credentials.js").TokenSource} token
 * @param {import("./options.js").Options} options
 * @param {import("./listeners.js").Listeners<import("./options.js").Kinds>} listeners
 */
export function assemble(url: string, token: import("./credentials.js").TokenSource, options: import("./options.js").Options, listeners: import("./listeners.js").Listeners<import("./options.js").Kinds>): {
    store: import("./journal.js").Store;
    journal: Journal;
    credentials: Credentials;
    calls: Calls;
    postman: Postman;
    following: Following;
};
import { Journal } from "./journal.js";
import { Credentials } from "./credentials.js";
import { Calls } from "./calls.js";
import { Postman } from "./postman.js";
import { Following } from "./following.js";
