/** Pictures of people and teams: sent as they are, shown by an address of this server. */

import { readObject, readProblem, unreachable } from "../lib/problems.js";
import { inWhoseName } from "./who.js";

/** @param {File} file @returns {Promise<string>} what `photo_url` is to be */
export async function uploadPhoto(file) {
  const path = `/v1/uploads?name=${encodeURIComponent(file.name.slice(0, 200))}`;
  let response;
  let text;
  try {
    response = await fetch(path, { method: "POST", body: file, headers: inWhoseName() });
    text = await response.text();
  } catch (error) {
    throw unreachable(`POST ${path}: ${error}`, error);
  }
  if (!response.ok) throw readProblem(response.status, text, response.headers.get("Retry-After"));
  return `/v1/photos/${readObject(text)?.id}`;
}
