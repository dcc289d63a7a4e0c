/**
 * The client's half of the sync rules, pure: what of a range is new, and where one stands then.
 *
 * A frame `events` covers the range (since, until] of its stream without a hole. It is applied iff
 * `since ≤ cursor < until`, of its items those above the cursor, and then the cursor is `until`.
 *
 * @typedef {import("./wire.js").Range} Range
 * @typedef {import("./wire.js").Item} Item
 * @typedef {{ epoch: string, n: number }} Place
 */

const CURSOR = /^([0-9a-f]{8}):(0|[1-9][0-9]{0,15})$/;

/**
 * A cursor taken apart; null for what is none.
 *
 * @param {unknown} text
 * @returns {Place | null}
 */
export function parseCursor(text) {
  const found = typeof text === "string" ? CURSOR.exec(text) : null;
  return found === null ? null : { epoch: /** @type {string} */ (found[1]), n: Number(found[2]) };
}

/**
 * Judge a range by the cursor (null: at the beginning, wherever the server lets it begin).
 *
 * Gives the new items, each number once and rising, whatever the range holds; `"known"` for what
 * came before; `"gap"` where something between is missing or the range cannot be read, so that one
 * must ask again from the cursor.
 *
 * @param {string | null} cursor
 * @param {Range} range
 * @returns {Item[] | "known" | "gap"}
 */
export function follow(cursor, range) {
  const since = parseCursor(range.since);
  const until = parseCursor(range.until);
  const own = cursor === null ? since : parseCursor(cursor);
  if (since === null || until === null || own === null) return "gap";
  if (since.epoch !== until.epoch || since.epoch !== own.epoch) return "gap";
  if (since.n > own.n || since.n > until.n) return "gap";
  if (cursor !== null && until.n <= own.n) return "known";
  return above(own.n, until.n, range.items);
}

/**
 * @param {number} at
 * @param {number} until
 * @param {unknown} items
 * @returns {Item[] | "gap"}
 */
function above(at, until, items) {
  if (!Array.isArray(items)) return "gap";
  const fresh = [];
  for (const item of items) {
    if (!Number.isSafeInteger(item?.seq)) return "gap";
    if (at < item.seq && item.seq <= until) {
      fresh.push(item);
      at = item.seq;
    }
  }
  return fresh;
}
