/** A colleague has as many conversations as the rules allow: a lead says whether it is meant. */

import { nameOf } from "../core/announcing.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function FullDialog({ desk }) {
  const { words, acts } = desk;
  const asked = acts.full.value;
  if (asked === null) return null;
  const { thread, agent, detail } = asked;
  const close = () => {
    desk.dialog.value = null;
    focusSoon("message");
  };
  const go = () => {
    close();
    void acts.assign(thread, agent, { force: true });
  };
  const title = words.say("assign.full.title", { name: nameOf(thread), agent: agent.name });
  return html`<${Dialog} desk=${desk} title=${title}>
    <p>${detail}.</p>
    <p class="buttons">
      <button type="button" class="main" data-begin onClick=${go}>${words.say("assign.full.go")}</button>
      <button type="button" class="quiet" onClick=${close}>${words.say("assign.full.not")}</button>
    </p>
  <//>`;
}
