/** A time: the clock or the date, and exactly what it was on demand. */

import { now } from "../state/clock.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, at: string, clock?: boolean }} props */
export function When({ desk, at, clock = false }) {
  const times = desk.words.times.value;
  const text = clock ? times.clock(at) : times.near(at, now.value);
  return html`<time datetime=${at} title=${times.exact(at)}>${text}</time>`;
}
