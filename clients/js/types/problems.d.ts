/**
 * @param {string} detail
 * @param {unknown} [cause]
 */
export function unreachable(detail: string, cause?: unknown): PinboxError;
/**
 * An HTTP answer's problem; one that is not ours (a proxy's page) is judged by its status.
 *
 * @param {number} status
 * @param {string} text
 * @param {string | null} retryAfter the header
 */
export function readProblem(status: number, text: string, retryAfter: string | null): PinboxError;
/**
 * A live `error` frame.
 *
 * @param {import("./wire.js").ErrorFrame} frame
 */
export function readError(frame: import("./wire.js").ErrorFrame): PinboxError;
/**
 * A JSON object; null for anything else.
 *
 * @param {unknown} text
 * @returns {Record<string, any> | null}
 */
export function readObject(text: unknown): Record<string, any> | null;
/**
 * What the server refused, by the code of its table of errors; or `unreachable`, where no answer
 * came and whether it did what was asked is unknown. Everything may be asked again: sends with the
 * same `client_id`, all else as it is.
 */
export class PinboxError extends Error {
    /**
     * @param {string} code
     * @param {string} [detail] for people
     * @param {object} [more]
     * @param {boolean} [more.temporary]
     * @param {number | null} [more.retryAfter] seconds
     * @param {Problem} [more.problem]
     * @param {unknown} [more.cause]
     */
    constructor(code: string, detail?: string, { temporary, retryAfter, problem, cause }?: {
        temporary?: boolean | undefined;
        retryAfter?: number | null | undefined;
        problem?: import("./wire.js").Problem | undefined;
        cause?: unknown;
    });
    code: string;
    detail: string;
    /** Nothing was stored: ask again, after `retryAfter` seconds where that is known. */
    temporary: boolean;
    retryAfter: number | null;
    /** Everything that the server said: `errors`, `holder`, `cursor` … */
    problem: import("./wire.js").Problem;
}
/**
 * The server's problems, by HTTP or live, as one class of error: judge by `code`.
 */
export type Problem = import("./wire.js").Problem;
