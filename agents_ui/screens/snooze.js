/** Until when a conversation sleeps. */

import { nameOf } from "../core/announcing.js";
import { snoozes } from "../core/snoozes.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useId, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function SnoozeDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const [at, setAt] = useState("");
  const id = useId();
  if (thread === null) return null;
  const choose = (/** @type {string} */ until) => {
    desk.dialog.value = null;
    void desk.acts.snooze(thread, until);
    focusSoon("message");
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const time = new Date(at);
    if (!Number.isNaN(time.getTime())) choose(time.toISOString());
  };
  const times = words.times.value;
  return html`<${Dialog} desk=${desk} title=${words.say("snooze.title", { name: nameOf(thread) })}>
    <p class="hint">${words.say("snooze.about")}</p>
    <div class="stack">
      ${snoozes(new Date()).map(
        ({ word, until }, n) => html`<button type="button" key=${word} class="choice" onClick=${() => choose(until)}
          data-begin=${n === 0 ? "" : null} data-focus=${n === 0 ? "snooze" : null}>
          ${words.say(word, { time: until === "opening" ? "" : times.clock(until) })}</button>`,
      )}
    </div>
    <form class="labelled" onSubmit=${submit}>
      <label for=${id}>${words.say("snooze.at")}</label>
      <span class="joined"><input id=${id} class="field" type="datetime-local" value=${at}
        onInput=${(/** @type {any} */ event) => setAt(event.target.value)} />
      <button class="main" aria-disabled=${at === ""}>${words.say("snooze.go")}</button></span>
    </form>
  <//>`;
}
