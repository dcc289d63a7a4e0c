/** A list of threads, page by page. Arrows move in it, and what is focused is never made anew. */

import { roved } from "../core/keys.js";
import { html, useEffect, useRef } from "../vendor/preact.js";
import { place } from "../state/place.js";
import { Row } from "./row.js";

/** @param {{ desk: import("../state/desk.js").Desk, view: import("../core/views.js").View }} props */
export function ListPane({ desk, view }) {
  const { words, lists } = desk;
  const { state, next } = lists.loaded[view].value;
  const rows = lists.shown[view].value;
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => void lists.need(view), [view, lists]);
  const { thread } = place.value;
  // One row is the way in by Tab: the open one, else the first.
  const entry = rows.some(({ id }) => id === thread) ? thread : rows[0]?.id;
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }, [thread, view]);
  const name = words.say(`view.${view}`);
  return html`<section class="pane list" data-region="list" aria-label=${`${words.say("region.list")}: ${name}`}>
    <header class="pane-head">
      <h2>${name}</h2>
      <p class="hint">${state === "yes" || rows.length > 0 ? desk.reading.countOf(view) : ""}</p>
    </header>
    <div class="scroll" ref=${list} aria-busy=${state === "loading" && rows.length === 0}>
      ${rows.length > 0 &&
      html`<ul class="rows" onKeyDown=${rove}>
        ${rows.map(
          (one) => html`<li key=${one.id}>
            <${Row} desk=${desk} view=${view} thread=${one} entry=${one.id === entry} />
          </li>`,
        )}
      </ul>`}
      <${End} desk=${desk} view=${view} state=${state} more=${next !== null} empty=${rows.length === 0} />
    </div>
  </section>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, view: import("../core/views.js").View, state: string, more: boolean, empty: boolean }} props */
function End({ desk, view, state, more, empty }) {
  const { words, lists } = desk;
  if (state === "loading") return html`<p class="hint center">${words.say("view.loading")}</p>`;
  if (state === "failed") {
    return html`<div class="center"><p class="hint">${words.say("view.failed")}</p>
      <button type="button" onClick=${() => lists.need(view)}>${words.say("thread.retry")}</button></div>`;
  }
  if (more) {
    return html`<div class="center"><button type="button" class="quiet"
      onClick=${() => lists.more(view)}>${words.say("view.more")}</button></div>`;
  }
  return empty && html`<p class="hint center" tabindex="-1" data-focus="row">
    ${words.say(`view.empty.${view}`)}</p>`;
}

/** @param {KeyboardEvent} event */
function rove(event) {
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("a.row")]);
  const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = roved(event.key, at, rows.length);
  if (at < 0 || to === null) return;
  event.preventDefault();
  rows[to].focus();
}
