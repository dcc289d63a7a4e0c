/**
 * What a customer who waits was promised, pure: the time by which somebody answers.
 *
 * @typedef {import("./shapes.js").Summary} Summary
 * @typedef {(word: string, given?: Record<string, unknown>) => string} Say
 */

const SOON_MS = 10 * 60_000;
const LONG_MS = 60 * 60_000;

/**
 * By what a waiting thread is ordered, as the server does: by when an answer was promised, else by
 * since when it waits.
 *
 * @param {Summary} thread
 * @returns {string | null} null: nobody waits
 */
export function dueAt({ waiting_since: since, promise }) {
  return since === null ? null : (promise?.expect_by ?? since);
}

/**
 * How pressing a wait is: `late` once what was promised is over, `soon` shortly before. Where
 * nothing was promised the age of the wait tells.
 *
 * @param {Summary} thread whose customer waits
 * @param {number} now
 * @returns {"new" | "soon" | "late"}
 */
export function pressing({ waiting_since: since, promise }, now) {
  if (promise) {
    const left = Date.parse(promise.expect_by) - now;
    return left < 0 ? "late" : left <= SOON_MS ? "soon" : "new";
  }
  const waited = now - Date.parse(since ?? "");
  return waited >= LONG_MS ? "late" : waited >= SOON_MS ? "soon" : "new";
}

/**
 * The promise in a few words: by when, or how late it is.
 *
 * @param {Summary} thread
 * @param {{ say: Say, times: import("./times.js").Times, now: number, form: "short" | "head" | "long" }} given
 * @returns {string | null} null where nobody waits or nothing was promised
 */
export function promiseText({ waiting_since: since, promise }, { say, times, now, form }) {
  if (since === null || !promise) return null;
  const late = now - Date.parse(promise.expect_by);
  if (late > 0) return say(`promise.late.${form}`, { span: times.span(late) });
  return say(`promise.by.${form}`, { at: times.soon(promise.expect_by, now) });
}
