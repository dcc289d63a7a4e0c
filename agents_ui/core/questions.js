/**
 * What a report is asked for, pure: as it stands in the address and as the server takes it.
 *
 * @typedef {"day" | "week" | "month" | "total"} By
 * @typedef {"team" | "market" | "team_market" | "all"} Per
 * @typedef {{ from: string, to: string, by: By, per: Per, team: string, market: string }} Question
 *   dates as 2026-11-01, both included; `team` an id, `market` as US-WA, each empty for all
 */

export const BYS = /** @type {readonly By[]} */ (Object.freeze(["day", "week", "month", "total"]));
export const PERS = /** @type {readonly Per[]} */ (Object.freeze(["team", "market", "team_market", "all"]));
export const SPANS = Object.freeze(["week", "weeks", "month", "last", "quarter"]);
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ALL = "all";
const DAY_MS = 86_400_000;
const MOST = 366;

/** A date on the calendar of whoever looks. @param {Date} day */
export function dateOf(day) {
  const two = (/** @type {number} */ part) => `${part}`.padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/**
 * A usual range of days, today included.
 *
 * @param {string} span one of `SPANS`
 * @param {Date} today
 * @returns {{ from: string, to: string, by: By }}
 */
export function rangeOf(span, today) {
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  const to = dateOf(today);
  if (span === "week") return { from: dateOf(new Date(year, month, day - 6)), to, by: "day" };
  if (span === "month") return { from: dateOf(new Date(year, month, 1)), to, by: "day" };
  if (span === "last") {
    return { from: dateOf(new Date(year, month - 1, 1)), to: dateOf(new Date(year, month, 0)), by: "week" };
  }
  if (span === "quarter") return { from: dateOf(new Date(year, month - 2, 1)), to, by: "month" };
  return { from: dateOf(new Date(year, month, day - 27)), to, by: "week" };
}

/** @param {readonly string[]} inside the place in the address @param {Date} today @returns {Question} */
export function questionOf(inside, today) {
  const [from = "", to = "", by = "", per = "", team = ALL, market = ALL] = inside;
  const usual = rangeOf("weeks", today);
  return {
    from: DATE.test(from) ? from : usual.from,
    to: DATE.test(to) ? to : usual.to,
    by: BYS.includes(/** @type {By} */ (by)) ? /** @type {By} */ (by) : usual.by,
    per: PERS.includes(/** @type {Per} */ (per)) ? /** @type {Per} */ (per) : "team",
    team: team === ALL ? "" : team,
    market: market === ALL ? "" : market,
  };
}

/** @param {Question} question */
export function insideOf({ from, to, by, per, team, market }) {
  return [from, to, by, per, team || ALL, market || ALL];
}

/** As the server takes it. @param {Question} question @returns {Record<string, string>} */
export function asQuery({ team, market, ...rest }) {
  return { ...rest, ...(team && { team }), ...(market && { market }) };
}

/**
 * The first day of every period that is asked for, those in which nothing happened, too.
 *
 * @param {Pick<Question, "from" | "to" | "by">} question
 * @returns {string[]}
 */
export function periodsOf({ from, to, by }) {
  if (by === "total") return [from];
  const days = [];
  for (let day = Date.parse(from); day <= Date.parse(to) && days.length < MOST; day += DAY_MS) {
    const at = new Date(day);
    const begins = by === "day" || (by === "week" ? at.getUTCDay() === 1 : at.getUTCDate() === 1);
    if (begins || days.length === 0) days.push(at.toISOString().slice(0, 10));
  }
  return days;
}

/**
 * The rows of a report as series for a chart: one for each team and market, over the periods.
 *
 * @param {any[]} rows as the server gave them
 * @param {string} figure
 * @param {(row: any) => string} name
 * @param {readonly string[]} periods
 * @returns {{ name: string, values: (number | null)[] }[]} nothing where nothing happened
 */
export function seriesOf(rows, figure, name, periods) {
  /** @type {Map<string, (number | null)[]>} */
  const series = new Map();
  for (const row of rows) {
    const key = name(row);
    if (!series.has(key)) series.set(key, periods.map(() => null));
    /** @type {(number | null)[]} */ (series.get(key))[periods.indexOf(row.from)] = row[figure];
  }
  return [...series].map(([key, values]) => ({ name: key, values }));
}
