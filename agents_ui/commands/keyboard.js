/** Keys to commands: one listener for the whole page. */

import { commandFor, isCharacter, named } from "../core/keys.js";
import { comesToText, cycleRegions, focusOn, focusSoon } from "../state/focus.js";
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
    if (comesToText() && isCharacter(named(event))) return;
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
  const result = act(desk);
  if (focus === "composer" && result !== false) {
    // The composer is there already: whoever types on at once writes into it. A dialog that is
    // about to close still holds the focus.
    (document.querySelector("dialog[open]") === null ? focusOn : focusSoon)(focus);
    return result;
  }
  if (focus === "search") focusSoon(focus);
  const done = await result;
  if (focus === "region") cycleRegions(id === "regions" ? 1 : -1);
  else if (focus !== "stay" && focus !== "search" && done !== false) focusSoon(focus);
  return done;
}
