/**
 * A cursor taken apart; null for what is none.
 *
 * @param {unknown} text
 * @returns {Place | null}
 */
export function parseCursor(text: unknown): Place | null;
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
export function follow(cursor: string | null, range: Range): Item[] | "known" | "gap";
/**
 * The client's half of the sync rules, pure: what of a range is new, and where one stands then.
 *
 * A frame `events` covers the range (since, until] of its stream without a hole. It is applied iff
 * `since ≤ cursor < until`, of its items those above the cursor, and then the cursor is `until`.
 */
export type Range = import("./wire.js").Range;
/**
 * The client's half of the sync rules, pure: what of a range is new, and where one stands then.
 *
 * A frame `events` covers the range (since, until] of its stream without a hole. It is applied iff
 * `since ≤ cursor < until`, of its items those above the cursor, and then the cursor is `until`.
 */
export type Item = import("./wire.js").Item;
/**
 * The client's half of the sync rules, pure: what of a range is new, and where one stands then.
 *
 * A frame `events` covers the range (since, until] of its stream without a hole. It is applied iff
 * `since ≤ cursor < until`, of its items those above the cursor, and then the cursor is `until`.
 */
export type Place = {
    epoch: string;
    n: number;
};
