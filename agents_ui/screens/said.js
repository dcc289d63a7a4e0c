/** One row of the log: a message, a private note, a mark, a day, or where a conversation begins. */

import { roved } from "../core/keys.js";
import { markText } from "../core/marks.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { When } from "../parts/when.js";
import { html, useId } from "../vendor/preact.js";
import { Files } from "./files.js";
import { Refused } from "./refused.js";

/** @param {{ desk: import("../state/desk.js").Desk, row: import("../core/timeline.js").Row, entry: boolean }} props */
export function Said({ desk, row, entry }) {
  const { words } = desk;
  switch (row.kind) {
    case "day":
      return html`<p class="day"><span>${row.text}</span></p>`;
    case "conversation":
      return html`<h3 class="matter"><span>${words.say("thread.conversation", { number: row.number, day: row.text })}</span></h3>`;
    case "mark":
      return html`<p class="mark-line">${markText(row.item, words.say.bind(words), words.times.value, row.from)}
        ${" · "}<${When} desk=${desk} at=${row.at} clock /></p>`;
    default:
      return html`<${Bubble} desk=${desk} row=${row} entry=${entry} />`;
  }
}

/** @param {{ desk: import("../state/desk.js").Desk, row: any, entry: boolean }} props */
function Bubble({ desk, row, entry }) {
  const { words } = desk;
  const name = useId();
  const { author, own, kind, pending } = row;
  const who = own ? words.say("message.you") : author.name || author.id;
  const said = author.kind === "customer" ? words.say("message.customer", { name: who }) : who;
  // Who goes from message to message by the arrows hears what was said, and not by whom alone.
  const told = ["body", "foot", "why"].map((part) => `${name}-${part}`).join(" ");
  return html`<article class="said" data-kind=${kind} data-side=${author.kind} data-follows=${row.follows === true}
    data-state=${row.state ?? "stored"} tabindex=${entry ? 0 : -1} data-focus="message"
    data-entry=${entry ? "" : null} aria-labelledby=${name} aria-describedby=${told}>
    <${Avatar} id=${author.id} name=${author.name || author.id} photo=${author.photo_url} />
    <div class="said-inside">
      <p class="said-head" id=${name}>
        <span class="said-who">${kind === "note" && html`<${Icon} name="lock" /><span>${words.say("message.note")} · </span>`}
          <span aria-hidden="true">${who}</span><span class="unseen">${said}</span></span>
        ${row.urgent && html`<span class="tag bad">${words.say("message.urgent")}</span>`}
        ${" "}<${When} desk=${desk} at=${row.at} clock />
      </p>
      ${row.body !== "" && html`<p class="said-body" id=${`${name}-body`} dir="auto">${row.body}</p>`}
      ${row.files?.length > 0 && html`<${Files} desk=${desk} files=${row.files} who=${who} />`}
      ${row.receipt && html`<p class="said-foot" id=${`${name}-foot`}>${words.say(`message.${row.receipt}`)}</p>`}
      ${pending && row.state === "waits" && html`<p class="said-foot" id=${`${name}-foot`}>
        ${words.say(desk.connection.value === "live" ? "message.sending" : "message.waiting")}</p>`}
      ${row.state === "refused" && html`<${Refused} desk=${desk} entry=${row} id=${`${name}-why`} />`}
    </div>
  </article>`;
}

/** Arrows go from message to message. @param {KeyboardEvent} event */
export function reachMessages(event) {
  const here = /** @type {HTMLElement} */ (event.target);
  if (!here.matches("article.said")) return;
  const log = /** @type {HTMLElement} */ (event.currentTarget);
  const all = /** @type {HTMLElement[]} */ ([...log.querySelectorAll("article.said")]);
  const to = roved(event.key, all.indexOf(here), all.length);
  if (to === null) return;
  event.preventDefault();
  all[to].focus();
  all[to].scrollIntoView({ block: "nearest" });
}
