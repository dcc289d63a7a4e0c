/** Bars side by side: one for each series, with its name before and its value behind it. */

import { ticks } from "../core/scales.js";
import { html } from "../vendor/preact.js";

const ROW = 30;
const BAR = 16;
const CHAR = 6.6;

/** @param {{ kind: import("../core/figures.js").Kind, labels: readonly string[], series: readonly import("./figure.js").Series[], write: (value: number | null) => string, width: number }} props */
export function Bars({ kind, series, write, width }) {
  const values = series.map(({ values }) => values[0] ?? null);
  const scale = ticks(kind, Math.max(0, ...values.map((value) => value ?? 0)));
  const most = scale[scale.length - 1];
  const longest = Math.max(...series.map(({ name }) => name.length), 4);
  const left = Math.min(Math.ceil(longest * CHAR) + 12, Math.round(width * 0.42));
  const right = Math.ceil(Math.max(...values.map((value) => write(value).length)) * CHAR) + 14;
  const room = Math.max(width - left - right, 20);
  const height = series.length * ROW + 4;
  return html`<svg class="drawing" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}
    aria-hidden="true" focusable="false">
    ${series.map(({ name }, n) => {
      const y = n * ROW + 2;
      const value = values[n];
      const long = Math.round(((value ?? 0) / most) * room * 10) / 10;
      return html`<g key=${name}>
        <text class="label" x=${left - 8} y=${y + ROW / 2 + 4} text-anchor="end">${shortened(name, left)}</text>
        <rect class="bed" x=${left} y=${y + (ROW - BAR) / 2} width=${room} height=${BAR} rx="3" />
        ${long > 0 && html`<rect class="bar" x=${left} y=${y + (ROW - BAR) / 2} width=${long} height=${BAR} rx="3" />`}
        <text class="value" x=${left + long + 7} y=${y + ROW / 2 + 4}>${write(value)}</text>
      </g>`;
    })}
  </svg>`;
}

/** @param {string} name @param {number} room in pixels */
function shortened(name, room) {
  const most = Math.max(4, Math.floor((room - 10) / CHAR));
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
