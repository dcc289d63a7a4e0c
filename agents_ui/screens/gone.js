/** A thread that cannot be shown; what was written in it and not sent is kept, to be taken elsewhere. */

import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, id: string, kept: import("../outbox/entry.js").Entry[] }} props */
export function Gone({ desk, id, kept }) {
  const { words, writing } = desk;
  if (kept.length === 0) {
    return html`<div class="nothing" data-focus="message" tabindex="-1"><h2>${words.say("thread.failed")}</h2>
      <button type="button" onClick=${() => desk.timelines.retry(id)}>${words.say("thread.retry")}</button>
    </div>`;
  }
  const copy = async (/** @type {string} */ text) => {
    await navigator.clipboard?.writeText(text);
    desk.voice.say(words.say("gone.copied"));
  };
  const holder = kept.map(({ refusal }) => refusal?.holder?.name ?? "").find(Boolean);
  const title = holder ? words.say("gone.holder", { holder }) : words.say("gone.title");
  return html`<div class="nothing" data-focus="message" tabindex="-1">
    <h2>${title}</h2>
    <p class="hint">${words.say("gone.about")}</p>
    ${kept.map((entry) => html`<div key=${entry.client_id} class="refused">
      <blockquote dir="auto">${entry.body}</blockquote>
      <p class="buttons">
        <button type="button" onClick=${() => copy(entry.body)}>${words.say("gone.copy")}</button>
        <button type="button" class="quiet" onClick=${() => writing.discard(entry)}>${words.say("refused.drop")}</button>
      </p>
    </div>`)}
  </div>`;
}
