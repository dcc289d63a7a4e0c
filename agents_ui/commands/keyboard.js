/** Keys to commands: one listener for the whole page. */

import { commandFor } from "../core/keys.js";
import { cycleRegions, focusSoon } from "../state/focus.js";
import { COMMANDS, commandOf, usable } from "./table.js";

/** Where characters are text. */
const TEXT = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

/** @param {import("../state/desk.js").Desk} desk */
export function listen(desk) {
  document.addEventListener("keydown", (event) => {
    if (desk.phase.value !== "in" || event.defaultPrevented) return;
    const { characters, remapped } = desk.settings.chosen.value;
    const typing = event.target instanceof Element && event.target.matches(TEXT);
    const id = commandFor(event, COMMANDS, { typing, characters, remapped });
    if (id === null || !usable(desk).some((one) => one.id === id)) return;
    // A dialog has the keys to itself.
    if (desk.dialog.value !== null) return;
    event.preventDefault();
    void run(desk, id);
  });
}

/**
 * Run a command, and put the focus where the table says.
 *
 * @param {import("../state/desk.js").Desk} desk
 * @param {string} id
 */
export async function run(desk, id) {
  const { focus, run: act } = commandOf(id);
  const done = await act(desk);
  if (focus === "region") cycleRegions(id === "regions" ? 1 : -1);
  else if (focus !== "stay" && done !== false) focusSoon(focus);
}
