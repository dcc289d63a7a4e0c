/**
 * Where the token comes from: the company's backend, the page that embeds this one, or, in a
 * demonstration, the address. The last one is kept, for the service worker and a start without
 * network.
 */

import { PinboxError } from "../lib/problems.js";
import { forgetSession, readSession, writeSession } from "./keeping.js";

const EARLY_MS = 30_000;

export class Tokens {
  /** @type {string | null} */
  #token = null;
  #first = true;
  #config;
  #host;

  /**
   * @param {import("./config.js").Config} config
   * @param {import("./host.js").Host | null} host the page that embeds this one
   */
  constructor(config, host) {
    this.#config = config;
    this.#host = host;
  }

  /** Whose page this is; null where nobody is signed in. */
  async open() {
    const given = this.#config.token_in_address ? takeFromAddress() : null;
    const kept = await readSession();
    const known = given ?? (this.#host === null ? kept?.token : null) ?? null;
    if (known !== null && isGood(known)) await this.#take(known);
    else {
      try {
        await this.#take(await this.#fetch());
      } catch {
        // Without network the person of the last time sees what there was, and can go on writing.
        if (kept !== undefined && navigator.onLine === false) return kept.person;
        if (kept !== undefined && this.#host === null && this.#config.token_url !== "") return kept.person;
      }
    }
    return this.#token === null ? null : personOf(this.#token);
  }

  /** For the client: the one that is held, then new ones. */
  async next() {
    const first = this.#first;
    this.#first = false;
    if (first && this.#token !== null && isGood(this.#token)) return this.#token;
    if (this.#config.token_url !== "" || this.#host !== null) {
      const token = await this.#fetch();
      await this.#take(token);
      return token;
    }
    if (this.#token !== null && isGood(this.#token)) return this.#token;
    throw new PinboxError("unauthorized", "the sign-in has ended");
  }

  /** Forget who was signed in. */
  async forget() {
    this.#token = null;
    await forgetSession();
  }

  async #fetch() {
    if (this.#host !== null) return this.#host.token();
    return fetchToken(this.#config.token_url);
  }

  /** @param {string} token */
  async #take(token) {
    const person = personOf(token);
    if (person === null) throw new PinboxError("unauthorized", "this is no customer's token");
    this.#token = token;
    await writeSession({ token, person });
  }
}

/**
 * Ask the company's backend, which knows its customer by its own cookie.
 *
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function fetchToken(url) {
  if (url === "") throw new PinboxError("unauthorized", "nobody is signed in");
  const answer = await fetch(url, { credentials: "include", cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) {
    throw new PinboxError("unauthorized", "the company's backend knows nobody");
  }
  if (!answer.ok) throw new Error(`the company's backend answered ${answer.status}`);
  return (await answer.json()).token;
}

/** `#token=…`, taken out of the address and out of the history at once. */
function takeFromAddress() {
  const found = /^#token=([\w.-]+)$/.exec(location.hash);
  if (found === null) return null;
  history.replaceState(null, "", location.pathname);
  return found[1];
}

/** @param {string} token @returns {any} */
function claimsOf(token) {
  try {
    const bytes = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0))));
  } catch {
    return {};
  }
}

/** @param {string} token @returns {string | null} */
function personOf(token) {
  const { sub } = claimsOf(token);
  return typeof sub === "string" ? sub : null;
}

/** @param {string} token */
export function isGood(token) {
  const { exp } = claimsOf(token);
  return typeof exp === "number" && exp * 1000 > Date.now() + EARLY_MS;
}
