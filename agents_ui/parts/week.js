/** A week of hours: for each day any number of periods, also past midnight. */

import { WEEKDAYS, goesOver, keptClose, shownClose, stretches, withOneMore } from "../core/weeks.js";
import { html, useId } from "../vendor/preact.js";
import { wrongOf } from "./form.js";
import { Icon } from "./icon.js";

const DAY_MIN = 1_440;
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** @param {string} language @param {string} day @param {"long" | "short"} [weekday] */
export function dayName(language, day, weekday = "long") {
  const at = MONDAY + WEEKDAYS.indexOf(day) * DAY_MS;
  return new Intl.DateTimeFormat(language, { weekday, timeZone: "UTC" }).format(at);
}

/** @param {{ form: import("./form.js").Form, value: import("../core/weeks.js").Weekly, set: (value: import("../core/weeks.js").Weekly) => void }} props */
export function Week({ form, value, set }) {
  const { words } = form.desk;
  const language = words.language.value;
  const change = (/** @type {string} */ day, /** @type {any[]} */ periods) => {
    form.edited();
    set({ ...value, [day]: periods });
  };
  const likeMonday = () => {
    form.edited();
    set({ ...value, ...Object.fromEntries(WEEKDAYS.slice(1, 5).map((day) => [day, value.mon])) });
    form.desk.voice.say(words.say("week.said.copied"));
  };
  return html`<div class="week">
    ${WEEKDAYS.map((day) => {
      const name = dayName(language, day);
      return html`<div key=${day} class="week-day">
        <h4>${name}</h4>
        <${Strip} periods=${value[day]} />
        <${Periods} form=${form} path=${`weekly.${day}`} of=${name} value=${value[day]} set=${(/** @type {any[]} */ periods) => change(day, periods)} />
      </div>`;
    })}
    <button type="button" class="quiet small" onClick=${likeMonday}>${words.say("week.copy")}</button>
  </div>`;
}

/**
 * The periods of one day or date.
 *
 * @param {object} props
 * @param {import("./form.js").Form} props.form
 * @param {string} props.path as the server names it
 * @param {string} props.of which day, for ears
 * @param {import("../core/weeks.js").Period[]} props.value
 * @param {(value: import("../core/weeks.js").Period[]) => void} props.set
 */
export function Periods({ form, path, of, value, set }) {
  const { words } = form.desk;
  const id = useId();
  const wrong = wrongOf(form, path);
  const put = (/** @type {number} */ n, /** @type {object} */ change) =>
    set(value.map((period, at) => (at === n ? { ...period, ...change } : period)));
  const say = (/** @type {string} */ word, /** @type {number} */ n) =>
    form.desk.voice.say(words.say(word, { day: of, n }));
  const add = () => {
    const more = withOneMore(value);
    set(more);
    say("week.said.added", more.length);
  };
  const remove = (/** @type {number} */ n) => {
    set(value.filter((_, at) => at !== n));
    say("week.said.removed", n + 1);
  };
  return html`<div class="periods">
    ${value.length === 0 && html`<span class="hint">${words.say("state.closed")}</span>`}
    ${value.map(
      (period, n) => html`<span key=${n} class="period">
        <input class="field" type="time" required value=${period.opens} aria-label=${words.say("week.opens", { day: of, n: n + 1 })}
          aria-invalid=${wrong ? "true" : null} aria-describedby=${wrong ? id : null}
          onInput=${(/** @type {any} */ event) => put(n, { opens: event.target.value })} />
        <span aria-hidden="true">–</span>
        <input class="field" type="time" required value=${shownClose(period.closes)} aria-label=${words.say("week.closes", { day: of, n: n + 1 })}
          aria-describedby=${goesOver(period) ? `${id}-over-${n}` : null}
          onInput=${(/** @type {any} */ event) => put(n, { closes: keptClose(event.target.value) })} />
        ${goesOver(period) && html`<span id=${`${id}-over-${n}`} class="tag plain">${words.say("week.over")}</span>`}
        <button type="button" class="quiet square" aria-label=${words.say("week.remove", { day: of, n: n + 1 })}
          onClick=${() => remove(n)}><${Icon} name="close" /></button>
      </span>`,
    )}
    <button type="button" class="quiet small" aria-label=${words.say("week.add.to", { day: of })}
      onClick=${add}>+ ${words.say("week.add")}</button>
    ${wrong && html`<p id=${id} class="wrong" lang="en">${wrong}</p>`}
  </div>`;
}

/** A day as a line of 24 hours. @param {{ periods: import("../core/weeks.js").Period[] }} props */
function Strip({ periods }) {
  return html`<svg class="strip" viewBox=${`0 0 ${DAY_MIN} 40`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="bed" width=${DAY_MIN} height="40" />
    ${stretches(periods).map(({ from, to }) => to > from && html`<rect key=${from} class="bar" x=${from} width=${to - from} height="40" />`)}
    ${[360, 720, 1_080].map((x) => html`<path key=${x} class="hour" d=${`M${x} 0V40`} />`)}
  </svg>`;
}
