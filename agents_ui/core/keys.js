/**
 * Keys, pure: which command a key press asks for.
 *
 * A binding is a key as `KeyboardEvent.key` names it, with `Ctrl+` and `Alt+` before it; `Ctrl` is
 * also a Mac's command key. Shift is in the key itself: `?`.
 *
 * @typedef {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean,
 *   isComposing?: boolean }} Press
 */

/**
 * The name of a press.
 *
 * @param {Press} press
 */
export function named(press) {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const shift = press.shiftKey && key.length > 1 ? "Shift+" : "";
  return `${press.ctrlKey || press.metaKey ? "Ctrl+" : ""}${press.altKey ? "Alt+" : ""}${shift}${key}`;
}

/** Whether a binding is a single character, which WCAG 2.1.4 lets people switch off and remap. */
export function isCharacter(/** @type {string} */ binding) {
  return [...binding].length === 1;
}

/**
 * @param {Press} press
 * @param {readonly { id: string, keys: readonly string[] }[]} commands
 * @param {object} given
 * @param {boolean} given.typing whether the focus is where characters are text
 * @param {boolean} given.characters whether single characters are on
 * @param {Record<string, string>} given.remapped command → its character, in place of its own
 * @returns {string | null} the command's id
 */
export function commandFor(press, commands, { typing, characters, remapped }) {
  if (press.isComposing) return null;
  const name = named(press);
  if (isCharacter(name) && (typing || !characters)) return null;
  return commands.find((one) => keysOf(one, remapped).includes(name))?.id ?? null;
}

/**
 * A command's keys as this agent has them.
 *
 * @param {{ id: string, keys: readonly string[] }} command
 * @param {Record<string, string>} remapped
 */
export function keysOf(command, remapped) {
  const own = remapped[command.id];
  if (own === undefined) return command.keys;
  return [...command.keys.filter((key) => !isCharacter(key)), ...(own === "" ? [] : [own])];
}

/**
 * Where the focus goes in a row of things by arrows, Home and End.
 *
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number | null} null where the key moves nothing
 */
export function roved(key, at, count) {
  if (count === 0) return null;
  if (key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "ArrowUp") return Math.max(at - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
