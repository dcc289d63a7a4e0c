/** What was not sent, why, and what can be done about it. */

import { nameOf } from "../core/announcing.js";
import { Keycaps } from "../parts/keycaps.js";
import { focusSoon } from "../state/focus.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, entry: any, id: string }} props */
export function Refused({ desk, entry, id }) {
  const { words } = desk;
  const found = desk.writing.outgoing.value.find(({ client_id }) => client_id === entry.client_id);
  const { refusal = {} } = found ?? {};
  const { code, unseen = [], holder, detail } = /** @type {any} */ (refusal);
  const kept = { ...entry, kind: entry.kind === "note" ? "note" : "reply", refusal };
  const force = () => {
    desk.writing.force(kept);
    focusSoon("composer");
  };
  const edit = () => {
    desk.writing.rewrite(kept);
    focusSoon("composer");
  };
  const drop = () => {
    desk.writing.discard(kept);
    focusSoon("composer");
  };
  const name = nameOf(desk.open.value ?? undefined) ?? "";
  const why =
    code === "stale_view"
      ? words.say("refused.stale", { name, count: unseen.length })
      : holder
        ? words.say("refused.held", { holder: holder.name })
        : words.say("refused.other", { detail });
  const forcible = code === "stale_view" || holder !== undefined;
  return html`<div class="refused">
    <p id=${id}><strong>${words.say("message.refused")}</strong> ${why}</p>
    ${unseen.map((/** @type {any} */ one) => html`<blockquote key=${one.id} dir="auto">${one.body}</blockquote>`)}
    <p class="buttons">
      ${forcible && html`<button type="button" class="main" onClick=${force}>
        ${words.say("refused.force")}<span class="keys" aria-hidden="true"><${Keycaps} desk=${desk} id="force" /></span></button>`}
      <button type="button" onClick=${edit}>${words.say("refused.edit")}</button>
      <button type="button" class="quiet" onClick=${drop}>${words.say("refused.drop")}</button>
    </p>
  </div>`;
}
