/**
 * Times in words, by Intl.
 *
 * @typedef {object} Times
 * @property {(ms: number) => string} span how long, in one unit: "6 min"
 * @property {(at: string) => string} clock the time of day
 * @property {(at: string) => string} exact date and time to the second
 * @property {(at: string, now: number) => string} near the time today, else the date
 * @property {(at: string, now: number) => string} soon the time today, else with the day: for what
 *   is to happen
 * @property {(at: string) => string} day
 * @property {(at: string) => string} due date and time to the minute: for what ends then
 * @property {(at: string, zone: string | undefined) => string} both `due`, and what another zone's
 *   clock says then, where it says something else
 * @property {(zone: string, now: number) => string | null} there the time in a zone, null for none
 */

const MINUTE = 60_000;
const WEEK = 6 * 24 * 60 * MINUTE;
const UNITS = /** @type {const} */ ([
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
]);

/**
 * @param {string} language
 * @param {string} [zone] of the agent; unless given the browser's
 * @returns {Times}
 */
export function timesIn(language, zone) {
  const format = (/** @type {Intl.DateTimeFormatOptions} */ options) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  const clock = format({ hour: "numeric", minute: "2-digit" });
  const exact = format({ dateStyle: "full", timeStyle: "medium" });
  const date = format({ day: "numeric", month: "short" });
  const year = format({ day: "numeric", month: "short", year: "numeric" });
  const weekday = format({ weekday: "short", hour: "numeric", minute: "2-digit" });
  const dated = format({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  const day = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const due = format({ weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" });
  const units = new Map(
    UNITS.map(([unit]) => [
      unit,
      new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }),
    ]),
  );
  return {
    span(ms) {
      const [unit, size] = UNITS.find(([, size]) => ms >= size) ?? UNITS[2];
      return units.get(unit)?.format(Math.max(0, Math.floor(ms / size))) ?? "";
    },
    clock: (at) => clock.format(Date.parse(at)),
    exact: (at) => exact.format(Date.parse(at)),
    near(at, now) {
      const then = Date.parse(at);
      if (day.format(then) === day.format(now)) return clock.format(then);
      return (Math.abs(now - then) < 300 * 24 * 60 * MINUTE ? date : year).format(then);
    },
    soon(at, now) {
      const then = Date.parse(at);
      if (day.format(then) === day.format(now)) return clock.format(then);
      return (Math.abs(then - now) < WEEK ? weekday : dated).format(then);
    },
    day: (at) => day.format(Date.parse(at)),
    due: (at) => due.format(Date.parse(at)),
    both(at, zone) {
      const there = zone && this.there(zone, Date.parse(at));
      const same = !there || there === weekday.format(Date.parse(at));
      return same ? this.due(at) : `${this.due(at)} (${zone}: ${there})`;
    },
    there(zone, now) {
      try {
        const options = /** @type {const} */ ({ weekday: "short", hour: "numeric", minute: "2-digit" });
        return new Intl.DateTimeFormat(language, { ...options, timeZone: zone }).format(now);
      } catch {
        return null;
      }
    },
  };
}
