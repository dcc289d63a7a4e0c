/** Files: sent with their progress, and fetched by links that end. */

import { PinboxError, readObject, readProblem, unreachable } from "../lib/problems.js";
import { call } from "./calls.js";
import { inWhoseName } from "./who.js";

/** How long the server lets a file take. */
const PATIENCE_MS = 900_000;

/**
 * Send a file; rejects as `call` does, and with `canceled` where it was given up.
 *
 * `fetch` does not tell how much of a body has gone out.
 *
 * @param {Blob} file
 * @param {object} how
 * @param {string} how.name
 * @param {(part: number) => void} how.progress from 0 to 1
 * @param {AbortSignal} how.signal to give it up
 * @returns {Promise<import("../core/shapes.js").File_>}
 */
export function upload(file, { name, progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/uploads?name=${encodeURIComponent(name)}`);
    for (const [name, value] of Object.entries(inWhoseName())) request.setRequestHeader(name, value);
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const { status, responseText: text } = request;
      const answer = readObject(text);
      if (status >= 200 && status < 300 && answer !== null) resolve(/** @type {any} */ (answer));
      else if (status >= 200 && status < 300) reject(unreachable("the answer is none of a server's"));
      else reject(readProblem(status, text, request.getResponseHeader("Retry-After")));
    };
    request.onerror = request.ontimeout = () => reject(unreachable(`the upload of ${name} broke off`));
    request.onabort = () => reject(new PinboxError("canceled"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** @param {string} id @returns {Promise<{ url: string, thumbnail_url?: string | null, expires_at: string }>} */
export const getLinks = (id) => call("GET", `/v1/uploads/${encodeURIComponent(id)}`);
