/** Lines over time. Where there is no value there is no line. */

import { every, ticks } from "../core/scales.js";
import { html } from "../vendor/preact.js";
import { Mark } from "./signs.js";

const HEIGHT = 220;
const TOP = 10;
const BOTTOM = 26;
const CHAR = 6.6;
const CLOSE = 40;

/** @param {{ kind: import("../core/figures.js").Kind, labels: readonly string[], series: readonly import("./figure.js").Series[], write: (value: number | null) => string, width: number }} props */
export function Lines({ kind, labels, series, write, width }) {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const scale = ticks(kind, Math.max(0, .../** @type {number[]} */ (known)));
  const top = scale[scale.length - 1];
  const left = Math.ceil(Math.max(...scale.map((tick) => write(tick).length)) * CHAR) + 12;
  const right = 14;
  const room = Math.max(width - left - right, 40);
  const y = (/** @type {number} */ value) => round(HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM));
  const x = (/** @type {number} */ n) => round(left + (room * (n + 0.5)) / labels.length);
  const each = every(labels.length, room, Math.max(...labels.map((one) => one.length)) * CHAR + 14);
  const marked = room / labels.length > 9;
  return html`<svg class="drawing" width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`}
    aria-hidden="true" focusable="false">
    ${scale.map(
      (tick) => html`<g key=${tick}><path class="grid" d=${`M${left} ${y(tick)}H${width - right}`} />
        <text class="tick" x=${left - 8} y=${y(tick) + 4} text-anchor="end">${write(tick)}</text></g>`,
    )}
    ${labels.map(
      (label, n) =>
        n % each === 0 &&
        html`<text key=${label} class="tick" x=${x(n)} y=${HEIGHT - 8} text-anchor="middle">${label}</text>`,
    )}
    ${series.map(
      ({ name, values }, n) => html`<g key=${name}>
        <path class="line-of" data-series=${n} d=${drawn(values, x, y)} />
        ${values.map(
          (value, at) =>
            value !== null &&
            (marked || alone(values, at)) &&
            html`<${Mark} key=${at} n=${n} x=${x(at)} y=${y(value)} />`,
        )}
        ${series.length === 1 && room / labels.length > CLOSE &&
        values.map(
          (value, at) =>
            value !== null &&
            html`<text key=${at} class="value" x=${x(at)} y=${y(value) - 9} text-anchor="middle">${write(value)}</text>`,
        )}
      </g>`,
    )}
  </svg>`;
}

/** @param {readonly (number | null)[]} values @param {(n: number) => number} x @param {(value: number) => number} y */
function drawn(values, x, y) {
  let path = "";
  values.forEach((value, n) => {
    if (value === null) return;
    const joined = n > 0 && values[n - 1] !== null;
    path += `${joined ? "L" : "M"}${x(n)} ${y(value)}`;
  });
  return path;
}

/** A value without neighbours, which no line shows. @param {readonly (number | null)[]} values @param {number} at */
function alone(values, at) {
  return (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
