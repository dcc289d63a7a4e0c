/**
 * Where the token comes from: the company's backend, the page that embeds this one, or, in a
 * demonstration, the address. The last one is kept, for the service worker and a start without
 * network.
 */

import { PinboxError } from "../lib/problems.js";
import { forgetSession, readSession, writeSession } from "./keeping.js";

const EARLY_MS = 30_000;
/** So long a start waits for the company's backend, where there is a token already. */
const PATIENCE_MS = 3_000;

export class Tokens {
  /** @type {string | null} */
  #token = null;
  #first = true;
  /** @type {string | null} whose page this is */
  #person = null;
  /** @type {import("./keeping.js").Session | null} who was here before and is not any more */
  left = null;
  /** Told when a renewal brings somebody else. @type {(last: import("./keeping.js").Session) => void} */
  moved = () => {};
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
    const kept = await readSession();
    this.#person = await this.#whose(kept);
    if (kept !== undefined && this.#person !== null && kept.person !== this.#person) this.left = kept;
    return this.#person;
  }

  /** @param {import("./keeping.js").Session | undefined} kept */
  async #whose(kept) {
    const given = (this.#config.token_in_address ? takeFromAddress() : null) ?? undefined;
    const backend = this.#host === null && this.#config.token_url !== "";
    const own = this.#host === null && !backend ? kept?.token : undefined;
    const known = given ?? own;
    if (known !== undefined && isGood(known)) await this.#take(known);
    else {
      try {
        await this.#take(await this.#soon(kept));
      } catch (error) {
        // Somebody else may sit here now, who must not see what the last one wrote.
        const asked = backend || this.#host !== null;
        if (asked && error instanceof PinboxError && error.code === "unauthorized") return this.#nobody(kept);
        // Without network the person of the last time sees what there was, and can go on writing.
        if (kept !== undefined && backend && isGood(kept.token)) await this.#take(kept.token);
        else if (kept !== undefined && (backend || navigator.onLine === false)) return kept.person;
      }
    }
    return this.#token === null ? null : personOf(this.#token);
  }

  /** A token; where there was one before, not waited for without end. @param {unknown} kept @returns {Promise<string>} */
  async #soon(kept) {
    const late = new Promise((_, reject) => {
      if (kept !== undefined && this.#host === null) setTimeout(() => reject(new Error("the backend is late")), PATIENCE_MS);
    });
    return Promise.race([this.#fetch(), late]);
  }

  /** @param {import("./keeping.js").Session | undefined} kept */
  async #nobody(kept) {
    this.left = kept ?? null;
    await this.forget();
    return null;
  }

  /** For the client: the one that is held, then new ones. */
  async next() {
    const first = this.#first;
    this.#first = false;
    if (first && this.#token !== null && isGood(this.#token)) return this.#token;
    if (this.#config.token_url !== "" || this.#host !== null) {
      const token = await this.#fetch();
      const last = { person: this.#person ?? "", token: this.#token ?? "" };
      await this.#take(token);
      if (personOf(token) === last.person) return token;
      // What the last one wrote goes out under no other name.
      this.moved(last);
      throw new PinboxError("unauthorized", "somebody else is signed in here now");
    }
    if (this.#token !== null && isGood(this.#token)) return this.#token;
    throw new PinboxError("unauthorized", "the sign-in has ended");
  }

  /** Forget who was signed in. */
  async forget() {
    this.#token = null;
    await forgetSession();
  }

  /** The sign-in has ended while the page was open: who it was, and no longer is. */
  async end() {
    const session = { person: this.#person ?? "", token: this.#token ?? "" };
    await this.forget();
    return session;
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
    // Where the browser keeps nothing, or has no room, it holds as long as the page.
    await writeSession({ token, person }).catch(() => {});
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
export function personOf(token) {
  const { sub } = claimsOf(token);
  return typeof sub === "string" ? sub : null;
}

/** @param {string} token */
export function isGood(token) {
  const { exp } = claimsOf(token);
  return typeof exp === "number" && exp * 1000 > Date.now() + EARLY_MS;
}
