/**
 * By when to expect an answer, in the page's own language and by this device's clock. The server's text
 * is in the language of the customer's token, which may be another one than the page was told to speak.
 */

import { when } from "./head.js";

const MINUTE = 60_000;
const SLACK = 10 * MINUTE;
const UNITS = /** @type {const} */ ([
  ["day", 2_880, 1_440],
  ["hour", 120, 60],
  ["minute", 1, 1],
]);

/**
 * For what is not written yet: within so long, where that is the same by the clock.
 *
 * @param {import("../state/app.js").App} app
 * @param {import("../lib/wire.js").Promised} promised
 */
export function promiseText(app, promised) {
  const { kind, minutes, opens_at, expect_by } = promised;
  const later = Date.parse(expect_by) - Date.now() > minutes * MINUTE + SLACK;
  if (opens_at !== null || later) return byText(app, promised);
  return app.say(`promise.${kind}.within`, { span: spanText(app.words.language.value, minutes) });
}

/**
 * For what waits: a time by the clock, which stands.
 *
 * @param {import("../state/app.js").App} app
 * @param {import("../lib/wire.js").Promised} promised
 */
export function byText(app, { kind, opens_at, expect_by }) {
  if (opens_at === null || Date.parse(opens_at) <= Date.now()) {
    return app.say(`promise.${kind}.by`, { by: when(app, expect_by) });
  }
  const [at, times] = [when(app, opens_at), app.words.times.value];
  // The day is named once where both times lie on it.
  const by = times.day(opens_at) === times.day(expect_by) ? times.clock(expect_by) : when(app, expect_by);
  return app.say(`promise.${kind}.back`, { at, by });
}

/** @param {string} language @param {number} minutes */
function spanText(language, minutes) {
  const [unit, , size] = UNITS.find(([, from]) => minutes >= from) ?? UNITS[2];
  const whole = minutes === 60 ? /** @type {const} */ (["hour", 1]) : /** @type {const} */ ([unit, minutes / size]);
  return new Intl.NumberFormat(language, { style: "unit", unit: whole[0], unitDisplay: "long", maximumFractionDigits: 1 }).format(whole[1]);
}
