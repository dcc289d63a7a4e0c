/**
 * The figures of reports, pure: which there are, what kind each is, and how it is written.
 *
 * @typedef {"count" | "share" | "time" | "mean" | "rate"} Kind
 *   a number of things; a part of a whole, 0 to 1; milliseconds; a mean of 1 to 5; so many for each
 * @typedef {{ id: string, kind: Kind }} Figure
 * @typedef {{ id: string, figures: readonly Figure[] }} Group
 */

/** @type {readonly Group[]} every figure of docs/reports.md, in groups as they are read together */
export const GROUPS = Object.freeze([
  group("answers", "first_responses count; first_response_median_ms time; first_response_p90_ms time; first_response_business_median_ms time; first_response_business_p90_ms time; next_responses count; next_response_median_ms time; next_response_p90_ms time; next_response_business_median_ms time; next_response_business_p90_ms time"),
  group("conversations", "conversations_begun count; conversations_resolved count; conversations_reopened count; reopen_rate share; resolution_median_ms time; resolution_p90_ms time; contacts count; customers count; contacts_per_customer rate"),
  group("home", "pinned_answer_rate share; cover_share share; covers_taken count; bounces count; bounces_per_100 rate"),
  group("promises", "promises_kept_rate share; promises count; promises_kept count; callbacks_kept_rate share; callbacks count; callbacks_kept count"),
  group("ratings", "rating_mean mean; ratings count; ratings_5 count; ratings_4 count; ratings_3 count; ratings_2 count; ratings_1 count"),
  group("messages", "messages_in count; messages_out count"),
]);

/** What stands above everything else, for all that was asked for. */
export const HEADLINES = Object.freeze([
  "conversations_begun",
  "first_response_median_ms",
  "pinned_answer_rate",
  "promises_kept_rate",
  "rating_mean",
  "bounces_per_100",
]);

/** @param {string} id @param {string} rows @returns {Group} */
function group(id, rows) {
  const figures = rows.split("; ").map((row) => {
    const [name, kind] = row.split(" ");
    return Object.freeze({ id: name, kind: /** @type {Kind} */ (kind) });
  });
  return Object.freeze({ id, figures });
}

/** @param {string} id */
export function figureOf(id) {
  const found = GROUPS.flatMap(({ figures }) => figures).find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no figure ${id}`);
  return found;
}

const NOTHING = "–";
const SECOND = 1_000;
const LARGER = /** @type {const} */ ([
  ["day", 24 * 3_600 * SECOND],
  ["hour", 3_600 * SECOND],
  ["minute", 60 * SECOND],
  ["second", SECOND],
]);

/**
 * A value in the manner of a language; a dash for what there is none of.
 *
 * @param {Kind} kind
 * @param {number | null | undefined} value
 * @param {string} language
 */
export function written(kind, value, language) {
  if (value === null || value === undefined) return NOTHING;
  if (kind === "time") return lasting(value, language);
  return new Intl.NumberFormat(language, FORMATS[kind]).format(value);
}

/** @type {Record<Exclude<Kind, "time">, Intl.NumberFormatOptions>} */
const FORMATS = {
  count: {},
  share: { style: "percent", maximumFractionDigits: 1 },
  mean: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  rate: { maximumFractionDigits: 2 },
};

/**
 * How long, in its two largest units: "1 hr 25 min".
 *
 * @param {number} ms
 * @param {string} language
 */
export function lasting(ms, language) {
  const at = LARGER.findIndex(([, size]) => ms >= size);
  const [unit, size] = LARGER[at < 0 ? LARGER.length - 1 : at];
  const whole = Math.floor(ms / size);
  const next = LARGER[at + 1];
  const rest = at < 0 || next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  const first = amount(whole, unit, language);
  // Minutes are enough beside days, and nobody counts seconds beside ten minutes.
  if (rest === 0 || (unit === "minute" && whole >= 10)) return first;
  return `${first} ${amount(rest, next[0], language)}`;
}

/** @param {number} count @param {string} unit @param {string} language */
function amount(count, unit, language) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
}
