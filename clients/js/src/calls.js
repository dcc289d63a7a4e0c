/** HTTP calls: one request, its answer, and the server's problems as PinboxError. */

import { PinboxError, readObject, readProblem, unreachable } from "./problems.js";

/**
 * One call once the store is known to be this person's; gives the answer's body.
 *
 * @typedef {(method: "GET" | "POST" | "PUT" | "DELETE", path: string,
 *   asked?: Parameters<Calls["call"]>[2]) => Promise<any>} Ask
 */

export class Calls {
  #credentials;
  #pace;
  #clock;
  #fetch;

  /**
   * @param {string} url of the server; anything but `http://…` or `https://…` is a TypeError
   * @param {object} given
   * @param {import("./credentials.js").Credentials} given.credentials
   * @param {import("./pace.js").Pace} given.pace
   * @param {import("./clock.js").Clock} given.clock
   * @param {typeof globalThis.fetch} given.fetch
   */
  constructor(url, { credentials, pace, clock, fetch }) {
    if (!/^https?:\/\/[^/]/.test(url)) {
      throw new TypeError(`${url} is no address of a server such as https://care.example.com`);
    }
    this.url = url.replace(/\/+$/, "");
    this.#credentials = credentials;
    this.#pace = pace;
    this.#clock = clock;
    this.#fetch = fetch;
  }

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
  async call(method, path, asked = {}) {
    const token = await this.#credentials.token();
    try {
      return await this.#once(method, path, asked, token);
    } catch (error) {
      const refused = error instanceof PinboxError && error.code === "unauthorized";
      if (!refused || !this.#credentials.renewable) throw error;
    }
    return this.#once(method, path, asked, await this.#credentials.instead(token));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {NonNullable<Parameters<Calls["call"]>[2]>} asked
   * @param {string} token
   */
  async #once(method, path, { query = {}, body, file, patience_s = 0, control }, token) {
    const given = control ?? new AbortController();
    const limit = (this.#pace.request_s + patience_s) * 1000;
    const timer = this.#clock.setTimeout(() => given.abort(), limit);
    const { status, text, retryAfter } = await this.#answer(this.url + path + asQuery(query), {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? /** @type {BodyInit | undefined} */ (file) : JSON.stringify(body),
      signal: given.signal,
      cache: "no-store",
      credentials: "omit",
    })
      .catch((error) => {
        throw unreachable(`${method} ${path}: ${error}`, error);
      })
      .finally(() => this.#clock.clearTimeout(timer));
    if (status >= 400) throw readProblem(status, text, retryAfter);
    if (text === "") return { status, body: null };
    const answer = readObject(text);
    // A page in place of the answer is somebody else's: a hotel's sign-in, a proxy's excuse.
    if (answer === null) throw unreachable(`${method} ${path}: the answer is none of a server's`);
    return { status, body: answer };
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   */
  async #answer(url, init) {
    const response = await this.#fetch(url, init);
    const retryAfter = response.headers.get("Retry-After");
    return { status: response.status, text: await response.text(), retryAfter };
  }
}

/** @param {Record<string, string | number | null | undefined>} query */
function asQuery(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const parts = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}
