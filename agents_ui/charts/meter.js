/** A bar as long as a line of text, beside the number that it shows: how much of how much. */

import { html } from "../vendor/preact.js";

const WIDTH = 64;

/** @param {{ value: number, dark?: number, most: number }} props `dark`: the part that presses */
export function Meter({ value, dark = 0, most }) {
  const long = (/** @type {number} */ part) => Math.round((Math.min(part, most) / Math.max(most, 1)) * WIDTH);
  return html`<svg class="meter" width=${WIDTH} height="8" viewBox=${`0 0 ${WIDTH} 8`} aria-hidden="true" focusable="false">
    <rect class="bed" width=${WIDTH} height="8" rx="4" />
    ${value > 0 && html`<rect class="bar light" width=${Math.max(8, long(value))} height="8" rx="4" />`}
    ${dark > 0 && html`<rect class="bar" width=${Math.max(8, long(dark))} height="8" rx="4" />`}
  </svg>`;
}
