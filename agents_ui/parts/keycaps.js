/** The keys of a command, as this agent has them. */

import { keysOf } from "../core/keys.js";
import { commandOf } from "../commands/table.js";
import { html } from "../vendor/preact.js";

/** @param {{ desk: import("../state/desk.js").Desk, id: string }} props */
export function Keycaps({ desk, id }) {
  const { remapped } = desk.settings.chosen.value;
  return keysOf(commandOf(id), remapped).map((key) => html`<kbd key=${key}>${shown(key)}</kbd>`);
}

/** @param {string} key */
function shown(key) {
  return key.replace("Ctrl+", "Ctrl ").replace("Shift+", "Shift ").replace(/ ?\b[a-z]$/, (last) => last.toUpperCase());
}
