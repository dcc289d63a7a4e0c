/**
 * One call once the store is known to be this person's; gives the answer's body.
 *
 * @typedef {(method: "GET" | "POST" | "PUT" | "DELETE", path: string,
 *   asked?: Parameters<Calls["call"]>[2]) => Promise<any>} Ask
 */
export class Calls {
    /**
     * @param {string} url of the server; anything but `http://…` or `https://…` is a TypeError
     * @param {object} given
     * @param {import("./credentials.js").Credentials} given.credentials
     * @param {import("./pace.js").Pace} given.pace
     * @param {import("./clock.js").Clock} given.clock
     * @param {typeof globalThis.fetch} given.fetch
     */
    constructor(url: string, { credentials, pace, clock, fetch }: {
        credentials: import("./credentials.js").Credentials;
        pace: import("./pace.js").Pace;
        clock: import("./clock.js").Clock;
        fetch: typeof globalThis.fetch;
    });
    url: string;
    /**
     * Make one request. A token that is refused is renewed and the request made once more. Rejects
     * with a PinboxError: `unreachable` where no answer came, otherwise with the server's code.
     *
     * @param {"GET" | "POST" | "PUT" | "DELETE"} method
     * @param {string} path
     * @param {object} [asked]
     * @param {Record<string, string | number | null | undefined>} [asked.query]
     * @param {unknown} [asked.body]
     * @param {Blob | ArrayBuffer | ArrayBufferView} [asked.file] in place of a body, as it is
     * @param {number} [asked.patience_s] added to the time limit, for long polls and files
     * @param {AbortController} [asked.control] to give it up
     * @returns {Promise<{ status: number, body: any }>}
     */
    call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, asked?: {
        query?: Record<string, string | number | null | undefined> | undefined;
        body?: unknown;
        file?: ArrayBuffer | ArrayBufferView<ArrayBufferLike> | Blob | undefined;
        patience_s?: number | undefined;
        control?: AbortController | undefined;
    }): Promise<{
        status: number;
        body: any;
    }>;
    #private;
}
/**
 * One call once the store is known to be this person's; gives the answer's body.
 */
export type Ask = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, asked?: Parameters<Calls["call"]>[2]) => Promise<any>;
