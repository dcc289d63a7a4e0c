/** What tells series apart without colour: each has its own mark and its own dashes. */

import { html } from "../vendor/preact.js";

const MARKS = [
  "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z",
  "M-3 -3H3V3H-3Z",
  "M0 -4.2 4 3H-4Z",
  "M0 -4.5 4.5 0 0 4.5 -4.5 0Z",
  "M0 4.2 4 -3H-4Z",
  "M-4 -1.2H-1.2V-4H1.2V-1.2H4V1.2H1.2V4H-1.2V1.2H-4Z",
];

/** A mark at a place. @param {{ n: number, x: number, y: number }} props */
export function Mark({ n, x, y }) {
  return html`<path class="mark-of" data-series=${n} d=${MARKS[n % MARKS.length]} transform=${`translate(${x} ${y})`} />`;
}

/** A series in the legend. @param {{ n: number }} props */
export function Sign({ n }) {
  return html`<svg class="sign-of" viewBox="0 0 26 12" width="26" height="12" focusable="false">
    <path class="line-of" data-series=${n} d="M1 6H25" /><${Mark} n=${n} x=${13} y=${6} /></svg>`;
}
