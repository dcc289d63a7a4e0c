/**
 * A chart with its words: a caption, what each series looks like, and the same values as a table,
 * which screen readers always have and eyes at the press of a button.
 *
 * @typedef {import("../core/figures.js").Kind} Kind
 * @typedef {{ name: string, values: readonly (number | null)[] }} Series
 */

import { written } from "../core/figures.js";
import { html, useId, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Bars } from "./bars.js";
import { Lines } from "./lines.js";
import { Sign } from "./signs.js";

const MOST = 6;
const FIRST_WIDTH = 640;

/**
 * Lines over several labels, bars over one. More than six series cannot be told apart: the first
 * six are drawn, and the table has all.
 *
 * @param {object} props
 * @param {import("../state/desk.js").Desk} props.desk
 * @param {string} props.title
 * @param {Kind} props.kind
 * @param {readonly string[]} props.labels along the axis
 * @param {string} props.about what the labels are
 * @param {readonly Series[]} props.series
 */
export function Chart({ desk, title, kind, labels, about, series }) {
  const { words } = desk;
  const [open, setOpen] = useState(false);
  const [ref, width] = useWidth();
  const table = useId();
  const language = words.language.value;
  const write = (/** @type {number | null} */ value) => written(kind, value, language);
  const drawn = series.slice(0, MOST);
  const lines = labels.length > 1;
  const given = { kind, labels, write, width };
  return html`<figure class="chart" ref=${ref}>
    <figcaption class="chart-head">
      <span class="chart-title">${title}</span>
      <button type="button" class="quiet small" aria-expanded=${open} aria-controls=${table}
        onClick=${() => setOpen(!open)}>${words.say(open ? "chart.drawn" : "chart.table")}</button>
    </figcaption>
    ${lines &&
    drawn.length > 1 &&
    html`<ul class="legend" aria-hidden="true">${drawn.map(
      ({ name }, n) => html`<li key=${name}><${Sign} n=${n} />${name}</li>`,
    )}</ul>`}
    ${!open &&
    (lines
      ? html`<${Lines} ...${given} series=${drawn} />`
      : html`<${Bars} ...${given} series=${series} />`)}
    ${series.length > MOST && lines && html`<p class="hint">${words.say("chart.first", { count: MOST })}</p>`}
    <div id=${table} class=${open ? "table-room" : "unseen"} tabindex=${open ? 0 : null} role=${open ? "region" : null}
      aria-label=${open ? title : null}>
      <table class="figures">
        <caption class="unseen">${title}</caption>
        <thead><tr><th scope="col">${about}</th>
          ${series.map(({ name }) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
        <tbody>${labels.map(
          (label, n) => html`<tr key=${label}><th scope="row">${label}</th>
            ${series.map(({ name, values }) => html`<td key=${name}>${write(values[n])}</td>`)}</tr>`,
        )}</tbody>
      </table>
    </div>
  </figure>`;
}

/** How wide an element is, in pixels. @returns {[any, number]} */
function useWidth() {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(FIRST_WIDTH);
  useLayoutEffect(() => {
    if (ref.current === null) return undefined;
    const look = () => setWidth(Math.max(1, Math.round(ref.current?.clientWidth ?? FIRST_WIDTH)));
    look();
    const watch = new ResizeObserver(look);
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}
