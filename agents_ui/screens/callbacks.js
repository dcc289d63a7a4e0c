/** The calls to be made, where the list is: when, whom, what about, and who makes it. */

import { follow } from "../commands/moves.js";
import { dueText } from "../core/callbacks.js";
import { roved } from "../core/keys.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { now } from "../state/clock.js";
import { addressOf, place } from "../state/place.js";
import { html, useEffect } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function CallbacksPane({ desk }) {
  const { words, callbacks } = desk;
  const rows = callbacks.shown.value;
  const which = callbacks.which.value;
  const state = callbacks.state.value;
  const next = callbacks.next[which].value;
  useEffect(() => void callbacks.need(), [callbacks]);
  const name = words.say("view.callbacks");
  const { thread } = place.value;
  const entry = (rows.find((one) => one.thread === thread) ?? rows[0])?.callback.id;
  return html`<section class="pane list" data-region="list" aria-label=${`${words.say("region.list")}: ${name}`}>
    <header class="pane-head">
      <h2>${name}</h2>
      <div class="kinds" role="group" aria-label=${words.say("call.which")}>
        ${/** @type {const} */ (["open", "over"]).map(
          (one) => html`<button type="button" key=${one} class="kind" aria-pressed=${which === one}
            onClick=${() => callbacks.choose(one)}>${words.say(`call.which.${one}`)}</button>`,
        )}
      </div>
    </header>
    <div class="scroll" aria-busy=${state === "loading" && rows.length === 0}>
      ${rows.length > 0 && html`<ul class="rows" onKeyDown=${rove}>
        ${rows.map((one) => html`<li key=${one.callback.id}>
          <${CallRow} desk=${desk} one=${one} entry=${one.callback.id === entry} /></li>`)}
      </ul>`}
      ${state === "failed" && html`<div class="center"><p class="hint">${words.say("view.failed")}</p>
        <button type="button" onClick=${() => callbacks.need()}>${words.say("thread.retry")}</button></div>`}
      ${state === "yes" && next !== null && html`<div class="center"><button type="button" class="quiet"
        onClick=${() => callbacks.load(next)}>${words.say("view.more")}</button></div>`}
      ${state === "loading" && rows.length === 0 && html`<p class="hint center">${words.say("view.loading")}</p>`}
      ${state === "yes" && rows.length === 0 && html`<p class="hint center" tabindex="-1" data-focus="row">
        ${words.say(`call.none.${which}`)}</p>`}
    </div>
  </section>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, one: import("../core/callbacks.js").Call, entry: boolean }} props */
function CallRow({ desk, one, entry }) {
  const { words } = desk;
  const { callback: card, customer, thread } = one;
  const times = words.times.value;
  const name = customer.name ?? customer.id;
  const due = dueText(card, { say: words.say.bind(words), times, now: now.value });
  const late = Date.parse(card.due_at) <= now.value;
  const open = card.state === "booked" || card.state === "due";
  const mine = card.agent?.id === desk.me.value?.id;
  const who = card.agent ? words.say(mine ? "call.mine" : "call.by", { name: card.agent.name }) : words.say("call.nobody");
  const tries = card.attempts ? words.say("call.tries", { count: card.attempts }) : "";
  const there = customer.time_zone && times.there(customer.time_zone, Date.parse(card.due_at));
  const said = [name, due, open ? who : "", card.topic, tries, there && words.say("call.there", { at: there })];
  const current = place.value.thread === thread;
  return html`<a class="row" href=${addressOf({ view: "callbacks", thread })} onClick=${(/** @type {MouseEvent} */ event) => follow(desk, event, thread)}
    aria-current=${current ? "true" : null} aria-label=${said.filter(Boolean).join(", ")}
    tabindex=${entry ? 0 : -1} data-focus="row">
    <${Avatar} id=${customer.id} name=${name} />
    <span class="row-top"><span class="row-name">${name}</span>
      <span class="row-age" data-wait=${open ? (late ? "late" : "new") : null}><${Icon} name="phone" />${due}</span></span>
    <span class="row-second"><span class="row-text">${card.topic}</span></span>
    <span class="row-signs">
      ${open && html`<span class="tag ${card.agent ? "plain" : ""}">${who}</span>`}
      ${tries && html`<span class="tag note">${tries}</span>`}
      ${there && html`<span class="hint row-there">${words.say("call.there", { at: there })}</span>`}
    </span>
  </a>`;
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
