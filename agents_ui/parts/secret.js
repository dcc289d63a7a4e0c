/** Something that is shown this once, to be copied. */

import { html, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, text: string }} props */
export function Secret({ desk, text }) {
  const { words } = desk;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      desk.voice.say(words.say("secret.copied"));
    } catch {
      desk.tell(words.say("secret.by.hand"));
    }
  };
  return html`<div class="secret"><p>${words.say("secret.once")}</p><code>${text}</code>
    <div><button type="button" onClick=${copy}>${words.say(copied ? "secret.copied" : "secret.copy")}</button></div></div>`;
}
