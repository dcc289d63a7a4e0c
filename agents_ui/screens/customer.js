/** Who the customer is: team, market, their time, what the company has told, and their pushes. */

import { run } from "../commands/keyboard.js";
import { nameOf } from "../core/announcing.js";
import { callbackMark } from "../core/callbacks.js";
import { servedBy } from "../core/rows.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { When } from "../parts/when.js";
import { now } from "../state/clock.js";
import { focusSoon } from "../state/focus.js";
import { html } from "../vendor/preact.js";
import { PushTrail } from "./pushes.js";

/** @param {{ desk: import("../state/desk.js").Desk, thread: import("../core/shapes.js").Summary }} props */
export function CustomerPanel({ desk, thread }) {
  const { words } = desk;
  const { customer, team } = thread;
  const name = nameOf(thread) ?? "";
  const say = words.say.bind(words);
  const close = () => {
    desk.aside.value = false;
    focusSoon("message");
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && desk.aside.value) close();
  };
  const ratings = desk.timelines.of(thread.id).value.items.filter(({ type }) => type === "rating");
  return html`<aside class="pane customer" data-region="customer" onKeyDown=${press}
    aria-label=${say("region.customer")}>
    <header class="pane-head">
      <h2 tabindex="-1" data-focus="customer" data-entry>${say("customer.title")}</h2>
      <button type="button" class="quiet square only-without-aside" aria-label=${say("dialog.close")}
        onClick=${close}><${Icon} name="close" /></button>
    </header>
    <div class="scroll">
      <div class="customer-who">
        <${Avatar} id=${customer.id} name=${name} size="large" />
        <p class="customer-name">${name}</p>
      </div>
      <dl class="facts">
        ${fact(say("customer.team"), team.name)}
        ${fact(say("customer.serving"), servedBy(thread, { say, times: words.times.value, now: now.value }))}
        ${fact(say("customer.region"), customer.region)}
        ${fact(say("customer.time"), customer.time_zone && words.times.value.there(customer.time_zone, now.value))}
        ${fact(say("customer.language"), language(customer.locale, words.language.value))}
        ${fact(say("customer.phone"), customer.phone && html`<a href=${`tel:${customer.phone}`}>${customer.phone}</a>`)}
        ${fact(say("customer.id"), customer.id)}
        ${Object.entries(customer.attributes).map(([key, value]) => fact(key, value))}
      </dl>
      ${ratings.length > 0 &&
      html`<h3>${say("customer.ratings")}</h3><ul class="plain">
        ${ratings.toReversed().map(
          ({ seq, rating }) => html`<li key=${seq}>${say(rating.comment ? "mark.rating.comment" : "mark.rating", rating)}</li>`,
        )}</ul>`}
      <${Calls} desk=${desk} items=${desk.timelines.of(thread.id).value.items} />
      <${PushTrail} key=${thread.id} desk=${desk} id=${thread.id} />
    </div>
  </aside>`;
}

/** The calls that the log tells of, the newest first. @param {{ desk: import("../state/desk.js").Desk, items: import("../core/shapes.js").Item[] }} props */
function Calls({ desk, items }) {
  const { words } = desk;
  const last = new Map(items.filter(({ type }) => type === "callback").map((one) => [one.callback.id, one]));
  const calls = [...last.values()].toReversed();
  return html`<h3>${words.say("view.callbacks")}</h3>
    ${calls.length > 0 && html`<ul class="plain">${calls.map(({ seq, at, callback }) => html`<li key=${seq}>
      ${callbackMark(callback, Date.parse(at), { say: words.say.bind(words), times: words.times.value })}
      ${" "}<${When} desk=${desk} at=${at} /></li>`)}</ul>`}
    <button type="button" onClick=${() => run(desk, "callback")}><${Icon} name="phone" />
      ${words.say("command.callback")}</button>`;
}

/** @param {string} label @param {any} value */
function fact(label, value) {
  if (value === null || value === undefined || value === "") return null;
  return html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`;
}

/** @param {string | null} locale @param {string} shown */
function language(locale, shown) {
  if (locale === null) return null;
  try {
    return new Intl.DisplayNames(shown, { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
