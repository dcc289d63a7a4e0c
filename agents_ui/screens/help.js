/** All keys, by what they are for. */

import { COMMANDS, allowed } from "../commands/table.js";
import { Dialog } from "../parts/dialog.js";
import { Keycaps } from "../parts/keycaps.js";
import { html } from "../vendor/preact.js";

const GROUPS = /** @type {const} */ (["move", "thread", "desk"]);

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function HelpDialog({ desk }) {
  const { words } = desk;
  return html`<${Dialog} desk=${desk} title=${words.say("help.title")} look="wide">
    <p class="hint" tabindex="-1" data-focus="help" data-begin>${words.say("help.about")}</p>
    <div class="help">
      ${GROUPS.map(
        (group) => html`<table key=${group}>
          <caption>${words.say(`group.${group}`)}</caption>
          <thead class="unseen"><tr><th scope="col">${words.say("help.keys")}</th>
            <th scope="col">${words.say("help.what")}</th></tr></thead>
          <tbody>${COMMANDS.filter((one) => allowed(desk, one) && one.group === group && one.keys.length > 0).map(
            ({ id }) => html`<tr key=${id}><td class="keys"><${Keycaps} desk=${desk} id=${id} /></td>
              <th scope="row">${words.say(`command.${id}`)}</th></tr>`,
          )}</tbody>
        </table>`,
      )}
    </div>
  <//>`;
}
