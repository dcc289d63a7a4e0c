/**
 * The server's problems, by HTTP or live, as one class of error: judge by `code`.
 *
 * @typedef {import("./wire.js").Problem} Problem
 */

const TEMPORARY = new Set(["rate_limited", "not_durable", "overloaded", "unreachable"]);
/** @type {Record<number, string>} */
const BY_STATUS = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "bad_request",
  409: "conflict",
  410: "gone",
  413: "too_large",
  415: "unsupported",
  429: "rate_limited",
  502: "overloaded",
  503: "overloaded",
  504: "overloaded",
};

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
  constructor(code, detail = "", { temporary, retryAfter = null, problem = {}, cause } = {}) {
    super(detail ? `${code}: ${detail}` : code, { cause });
    this.name = "PinboxError";
    this.code = code;
    this.detail = detail;
    /** Nothing was stored: ask again, after `retryAfter` seconds where that is known. */
    this.temporary = temporary ?? TEMPORARY.has(code);
    this.retryAfter = retryAfter;
    /** Everything that the server said: `errors`, `holder`, `cursor` … */
    this.problem = problem;
  }
}

/**
 * @param {string} detail
 * @param {unknown} [cause]
 */
export function unreachable(detail, cause) {
  return new PinboxError("unreachable", detail, { cause });
}

/**
 * An HTTP answer's problem; one that is not ours (a proxy's page) is judged by its status.
 *
 * @param {number} status
 * @param {string} text
 * @param {string | null} retryAfter the header
 */
export function readProblem(status, text, retryAfter) {
  const problem = /** @type {Problem} */ (readObject(text) ?? {});
  const byStatus = BY_STATUS[status] ?? "internal";
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  return new PinboxError(problem.code ?? byStatus, problem.detail, {
    temporary: TEMPORARY.has(byStatus),
    retryAfter: seconds,
    problem,
  });
}

/**
 * A live `error` frame.
 *
 * @param {import("./wire.js").ErrorFrame} frame
 */
export function readError(frame) {
  const retryAfter = typeof frame.retry_ms === "number" ? frame.retry_ms / 1000 : null;
  const temporary = frame.temporary === true;
  return new PinboxError(frame.code, frame.detail, { temporary, retryAfter, problem: frame });
}

/**
 * A JSON object; null for anything else.
 *
 * @param {unknown} text
 * @returns {Record<string, any> | null}
 */
export function readObject(text) {
  if (typeof text !== "string") return null;
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}
