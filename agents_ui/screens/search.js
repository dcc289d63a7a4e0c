/** Search, where the list is: words in messages, notes and customers' names. */

import { search } from "../api/desk.js";
import { follow } from "../commands/moves.js";
import { When } from "../parts/when.js";
import { focusOn } from "../state/focus.js";
import { addressOf, place } from "../state/place.js";
import { html, useRef, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function SearchPane({ desk }) {
  const { words, voice } = desk;
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const look = async (/** @type {string} */ q, /** @type {any} */ before) => {
    setBusy(true);
    try {
      const page = await search(q, before?.next ?? null);
      const items = [...(before?.items ?? []), ...page.items];
      const customers = before?.customers ?? page.customers;
      setFound({ q, items, customers, next: page.next });
      const count = items.length + customers.length;
      voice.say(count > 0 ? words.say("search.found", { count }) : words.say("search.none", { q }));
    } catch (error) {
      desk.failed(error);
    }
    setBusy(false);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const q = field.current?.value.trim() ?? "";
    if (q !== "") void look(q, null);
  };
  const leave = (/** @type {any} */ event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    // What is written goes first; from an empty field one goes on to where single keys are commands.
    if (event.target.value !== "") event.target.value = "";
    else focusOn("found");
  };
  const none = found !== null && found.items.length + found.customers.length === 0;
  return html`<section class="pane list" data-region="list" aria-label=${words.say("view.search")}>
    <header class="pane-head"><h2 tabindex="-1" data-focus="found">${words.say("search.title")}</h2></header>
    <form class="search-form" role="search" onSubmit=${submit}>
      <label class="unseen" for="search-field">${words.say("search.label")}</label>
      <input ref=${field} id="search-field" class="field" type="search" data-focus="search" data-entry onKeyDown=${leave}
        placeholder=${words.say("search.label")} autocomplete="off" maxlength="200" />
      <button class="main" aria-disabled=${busy}>${words.say("search.go")}</button>
    </form>
    <div class="scroll">
      ${found === null && html`<p class="hint center">${words.say("search.hint")}</p>`}
      ${none && html`<p class="hint center">${words.say("search.none", { q: found.q })}</p>`}
      ${found !== null &&
      html`<ul class="rows">
        ${found.customers.map((/** @type {any} */ one) => html`<li key=${one.thread}><${Hit} desk=${desk}
          thread=${one.thread} name=${one.customer.name ?? one.customer.id} about=${words.say("search.customer")} /></li>`)}
        ${found.items.map((/** @type {any} */ one) => html`<li key=${one.thread + one.seq}><${Hit} desk=${desk}
          thread=${one.thread} name=${one.customer.name ?? one.customer.id} text=${one.body} at=${one.at}
          about=${one.type === "note" ? words.say("message.note") : one.author} /></li>`)}
      </ul>
      ${found.next !== null && html`<div class="center"><button type="button" class="quiet" aria-disabled=${busy}
        onClick=${() => look(found.q, found)}>${words.say("view.more")}</button></div>`}`}
    </div>
  </section>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, thread: string, name: string, text?: string, at?: string, about?: string }} props */
function Hit({ desk, thread, name, text = "", at, about }) {
  const current = place.value.thread === thread;
  return html`<a class="row hit" data-focus="found" href=${addressOf({ view: "search", thread })} onClick=${(/** @type {MouseEvent} */ event) => follow(desk, event, thread)}
    aria-current=${current ? "true" : null}>
    <span class="row-top"><span class="row-name">${name}</span>
      ${at && html`<span class="row-age"><${When} desk=${desk} at=${at} /></span>`}</span>
    ${text && html`<span class="row-text">${text}</span>`}
    ${about && html`<span class="hint">${about}</span>`}
  </a>`;
}
