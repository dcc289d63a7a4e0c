/** What was just done and can be taken back, and what went wrong. Ears hear it by the announcer. */

import { run } from "../commands/keyboard.js";
import { Keycaps } from "../parts/keycaps.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function Toasts({ desk }) {
  const undo = desk.acts.undo.value;
  const told = desk.told.value;
  return html`<div class="toasts">
    ${told !== null && html`<p class="toast bad">${told}</p>`}
    ${undo !== null &&
    html`<p class="toast"><span>${undo.text()}</span>
      <button type="button" class="link" onClick=${() => run(desk, "undo")}>
        ${desk.words.say("undo.go")} <${Keycaps} desk=${desk} id="undo" /></button></p>`}
  </div>`;
}
