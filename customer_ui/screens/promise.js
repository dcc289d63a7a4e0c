/**
 * By when to expect an answer, in the page's own language and by this device's clock. The server's text
 * is in the language of the customer's token, which may be another one than the page was told to speak.
 * Both say the same: which days are named, and that a time is told up to the whole minute.
 */

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const UNITS = /** @type {const} */ ([
  ["day", 2_880, 1_440],
  ["hour", 120, 60],
  ["minute", 1, 1],
]);

/**
 * For what is not written yet: within so long, where the server says it so. One that does not tell is
 * older than this page, as while servers are renewed: then where that is the same by the clock.
 *
 * @param {import("../state/app.js").App} app
 * @param {import("../lib/wire.js").Promised} promised
 */
export function promiseText(app, promised) {
  const { kind, form, minutes, opens_at, expect_by } = promised;
  // A clock that is behind by more than this makes it a time by the clock, which is right as well.
  const later = Date.parse(expect_by) - Date.now() > (minutes + 1) * MINUTE;
  const within = form === undefined ? opens_at === null && !later : form === "within";
  if (!within) return byText(app, promised);
  return app.say(`promise.${kind}.within`, { span: spanText(app.words.language.value, minutes) });
}

/**
 * For what waits: a time by the clock, which stands.
 *
 * @param {import("../state/app.js").App} app
 * @param {import("../lib/wire.js").Promised} promised
 */
export function byText(app, { kind, opens_at, expect_by }) {
  const [now, due] = [Date.now(), wholeMinute(expect_by)];
  if (opens_at === null || Date.parse(opens_at) <= now) {
    return app.say(`promise.${kind}.by`, { by: moment(app, due, now) });
  }
  const opens = wholeMinute(opens_at);
  // The day is named once where both times lie on it.
  return app.say(`promise.${kind}.back`, { at: moment(app, opens, now), by: moment(app, due, now, opens) });
}

/** @param {string} at */
const wholeMinute = (at) => Math.ceil(Date.parse(at) / MINUTE) * MINUTE;

/** @param {number} at */
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/**
 * The clock, with the day where that is neither today nor known.
 *
 * @param {import("../state/app.js").App} app
 * @param {number} at
 * @param {number} now
 * @param {number} [known]
 */
function moment(app, at, now, known = now) {
  const language = app.words.language.value;
  const days = Math.round((midnight(at) - midnight(now)) / DAY);
  const clock = app.words.times.value.clock(new Date(at).toISOString());
  if (days < 1 || midnight(at) === midnight(known)) return clock;
  const named = /** @type {Intl.DateTimeFormatOptions} */ (days < 7 ? { weekday: "long" } : { day: "numeric", month: "long" });
  const day =
    days === 1
      ? new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(1, "day")
      : new Intl.DateTimeFormat(language, named).format(at);
  return `${day}${/^(en|es)/.test(language) ? "," : ""} ${clock}`;
}
/** @param {string} language @param {number} minutes */
function spanText(language, minutes) {
  const [unit, , size] = UNITS.find(([, from]) => minutes >= from) ?? UNITS[2];
  const whole = minutes === 60 ? /** @type {const} */ (["hour", 1]) : /** @type {const} */ ([unit, minutes / size]);
  return new Intl.NumberFormat(language, { style: "unit", unit: whole[0], unitDisplay: "long", maximumFractionDigits: 1 }).format(whole[1]);
}
