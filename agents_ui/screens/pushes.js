/** What became of each push to the customer's devices, asked for only when somebody wants to know. */

import { getPushes } from "../api/desk.js";
import { When } from "../parts/when.js";
import { html, useState } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, id: string }} props */
export function PushTrail({ desk, id }) {
  const { words } = desk;
  const [trail, setTrail] = useState(/** @type {any} */ (null));
  const open = async (/** @type {any} */ event) => {
    if (!event.target.open || trail !== null) return;
    try {
      setTrail(await getPushes(id));
    } catch (error) {
      desk.failed(error);
    }
  };
  return html`<details class="pushes" onToggle=${open}>
    <summary>${words.say("customer.devices")}</summary>
    ${trail === null ? html`<p class="hint">${words.say("view.loading")}</p>` : html`<${Trail} desk=${desk} trail=${trail} />`}
  </details>`;
}

/** @param {{ desk: import("../state/desk.js").Desk, trail: any }} props */
function Trail({ desk, trail }) {
  const { words } = desk;
  const marks = [
    ...trail.pushes.map((/** @type {any} */ one) => ({ ...one, at: one.done_at ?? one.written_at })),
    ...trail.receipts,
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  return html`
    <p class="hint">${words.say(trail.reachable ? "pushes.reachable" : "pushes.unreachable")}</p>
    ${marks.length === 0
      ? html`<p class="hint">${words.say("pushes.none")}</p>`
      : html`<ol class="trail">${marks.map(
          (mark) => html`<li key=${mark.id ?? mark.kind + mark.at} data-state=${mark.state ?? mark.kind}>
            <span>${mark.state ? words.say(`pushes.${mark.state}`) : words.say(`pushes.${mark.kind}`, mark)}</span>
            <${When} desk=${desk} at=${mark.at} />
            ${mark.provider && html`<span class="hint">${mark.provider}${mark.reason ? ` · ${mark.reason}` : ""}</span>`}
          </li>`,
        )}</ol>`}
  `;
}
