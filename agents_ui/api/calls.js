/** One request to the server that this page came from; the browser's session signs it. */

import { readObject, readProblem, unreachable } from "../lib/problems.js";
import { inWhoseName } from "./who.js";

const PATIENCE_MS = 30_000;

/**
 * Rejects with a PinboxError: `unreachable` where no answer came, otherwise with the server's code.
 *
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path
 * @param {object} [asked]
 * @param {Record<string, string | number | null | undefined>} [asked.query]
 * @param {unknown} [asked.body]
 * @param {AbortSignal} [asked.signal] to give it up
 * @returns {Promise<any>} what was answered, null where the answer is empty
 */
export async function call(method, path, { query = {}, body, signal } = {}) {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const request = {
    method,
    headers: { ...inWhoseName(), ...(body !== undefined && { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  };
  let response;
  let text;
  try {
    response = await fetch(path + asQuery(query), request);
    text = await response.text();
  } catch (error) {
    throw unreachable(`${method} ${path}: ${error}`, error);
  }
  if (!response.ok) throw readProblem(response.status, text, response.headers.get("Retry-After"));
  if (text === "") return null;
  const answer = readObject(text);
  // A page in place of the answer is somebody else's: a hotel's sign-in, a proxy's excuse.
  if (answer === null) throw unreachable(`${method} ${path}: the answer is none of a server's`);
  return answer;
}

/** @param {Record<string, string | number | null | undefined>} query */
function asQuery(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const parts = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}
