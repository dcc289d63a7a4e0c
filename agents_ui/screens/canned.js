/** Canned responses, filled in for the open thread; the chosen one stands in the reply to be read. */

import { listCanned } from "../api/desk.js";
import { fitting } from "../core/matching.js";
import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { focusSoon } from "../state/focus.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function CannedDialog({ desk }) {
  const { words } = desk;
  const thread = desk.open.value;
  const [all, setAll] = useState(/** @type {any[] | null} */ (null));
  useEffect(() => {
    listCanned(thread?.id ?? null).then(
      ({ items }) => setAll(items),
      (error) => desk.failed(error),
    );
  }, [thread?.id]);
  if (thread === null) return null;
  const choose = (/** @type {any} */ one) => {
    const { reply } = desk.writing.drafts.of(thread.id);
    const text = one.filled ?? one.text;
    desk.dialog.value = null;
    desk.writing.refill(thread.id, "reply", reply.trim() === "" ? text : `${reply.trimEnd()} ${text}`);
    focusSoon("composer");
  };
  return html`<${Dialog} desk=${desk} title=${words.say("canned.title")} look="palette">
    <${Choices} label=${words.say("canned.find")} focus="canned" none=${all === null ? words.say("view.loading") : words.say(all.length > 0 ? "canned.none" : "canned.empty")}
      find=${(/** @type {string} */ sought) => fitting(sought, all ?? [], (one) => `${one.shortcut} ${one.title}`)}
      id=${(/** @type {{ id: string }} */ one) => one.id} choose=${choose}
      show=${(/** @type {any} */ one) => html`<span class="canned">
        <span><kbd>;${one.shortcut}</kbd> <strong>${one.title}</strong>${" "}
          <span class="hint">${one.team?.name ?? words.say("canned.shared")}</span></span>
        <span class="canned-text">${one.filled ?? one.text}</span>
        ${one.missing.length > 0 && html`<span class="tag note">${words.say("canned.missing", { fields: one.missing.join(", ") })}</span>`}
      </span>`} />
  <//>`;
}
