/** All commands, to be found by a few letters. */

import { run } from "../commands/keyboard.js";
import { usable } from "../commands/table.js";
import { fitting } from "../core/matching.js";
import { Choices } from "../parts/choices.js";
import { Dialog } from "../parts/dialog.js";
import { Keycaps } from "../parts/keycaps.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk }} props */
export function PaletteDialog({ desk }) {
  const { words } = desk;
  const title = (/** @type {{ id: string }} */ { id }) => words.say(`command.${id}`);
  const commands = usable(desk).filter(({ id }) => id !== "palette");
  const choose = (/** @type {{ id: string }} */ { id }) => {
    desk.dialog.value = null;
    void run(desk, id);
  };
  return html`<${Dialog} desk=${desk} title=${words.say("palette.title")} look="palette">
    <${Choices} label=${words.say("palette.find")} focus="palette" none=${words.say("palette.none")}
      find=${(/** @type {string} */ sought) => fitting(sought, commands, title)}
      id=${(/** @type {{ id: string }} */ one) => one.id} choose=${choose}
      show=${(/** @type {{ id: string }} */ one) => html`<span>${title(one)}</span>
        <span class="keys"><${Keycaps} desk=${desk} id=${one.id} /></span>`} />
  <//>`;
}
