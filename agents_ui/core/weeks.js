/**
 * Weeks of hours, pure: as the server has them and as two clocks in a form show them.
 *
 * @typedef {{ opens: string, closes: string }} Period
 * @typedef {Record<string, Period[]>} Weekly the periods of each weekday, `mon` to `sun`
 */

export const WEEKDAYS = Object.freeze(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
const USUAL = Object.freeze({ opens: "09:00", closes: "17:00" });
const DAY_MIN = 1_440;

/** A field for a time has no 24:00: midnight at the end of a day is shown as 00:00. @param {string} closes */
export const shownClose = (closes) => (closes === "24:00" ? "00:00" : closes);
/** @param {string} shown */
export const keptClose = (shown) => (shown === "00:00" ? "24:00" : shown);

/** A week in which every day is there. @param {Partial<Weekly> | null} weekly @returns {Weekly} */
export function wholeWeek(weekly) {
  return Object.fromEntries(WEEKDAYS.map((day) => [day, weekly?.[day] ?? []]));
}

/**
 * A week to begin with: one in which something is open stays; one that is closed on every day, which
 * nobody means by a team that has hours, is open from Monday to Friday.
 *
 * @param {Weekly} week
 * @returns {Weekly}
 */
export function begunWeek(week) {
  if (WEEKDAYS.some((day) => week[day].length > 0)) return week;
  return Object.fromEntries(WEEKDAYS.map((day, at) => [day, at < 5 ? [{ ...USUAL }] : []]));
}

/** The periods of a day and one more, after the last. @param {Period[]} periods */
export function withOneMore(periods) {
  const last = periods.at(-1);
  if (last === undefined) return [{ ...USUAL }];
  const from = keptClose(shownClose(last.closes));
  return [...periods, { opens: from === "24:00" ? "00:00" : from, closes: "24:00" }];
}

/** Whether a period ends on the next day. @param {Period} period */
export function goesOver({ opens, closes }) {
  return closes !== "24:00" && closes <= opens;
}

/** Where a day's periods lie, in minutes after its midnight, cut at its end. @param {Period[]} periods */
export function stretches(periods) {
  return periods.map((period) => {
    const from = minutes(period.opens);
    return { from, to: goesOver(period) ? DAY_MIN : minutes(period.closes) };
  });
}

/** The weekday's number as `Date` counts it. @param {string} day */
export function weekdayNumber(day) {
  return (WEEKDAYS.indexOf(day) + 1) % 7;
}

/** @param {string} time */
function minutes(time) {
  const [hour, minute] = time.split(":").map(Number);
  return hour * 60 + minute;
}
