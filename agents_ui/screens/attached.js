/** What is attached to the reply that is being written: how far each file is, and how to drop it. */

import { sizeText } from "../core/files.js";
import { Icon } from "../parts/icon.js";
import { focusSoon } from "../state/focus.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, thread: string }} props */
export function Attached({ desk, thread }) {
  const { words } = desk;
  const { attachments } = desk.writing;
  const files = attachments.of(thread);
  if (files.length === 0) return null;
  const remove = (/** @type {string} */ key) => {
    attachments.remove(thread, key);
    focusSoon("composer");
  };
  return html`<ul class="attached" aria-label=${words.say("files.list")}>
    ${files.map((one) => html`<li key=${one.key} class="file" data-state=${one.state}>
      <${Icon} name=${one.state === "there" ? "check" : "file"} />
      <span class="file-name">${one.name}</span>
      <span class="file-size">${sizeText(one.size, words.language.value)}</span>
      ${one.state === "sending" && html`<progress value=${one.part} max="1"
        aria-label=${words.say("files.progress", { name: one.name })}></progress>`}
      ${one.state === "waits" && html`<span class="hint">${words.say("files.waits")}</span>`}
      ${one.state === "failed" && html`<span class="wrong">${one.why}</span>
        <button type="button" class="quiet" onClick=${() => attachments.retry(thread, one.key)}>
          ${words.say("thread.retry")}</button>`}
      <button type="button" class="quiet square" onClick=${() => remove(one.key)}
        aria-label=${words.say("files.remove", { name: one.name })}><${Icon} name="close" /></button>
    </li>`)}
  </ul>`;
}
