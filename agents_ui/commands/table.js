/**
 * Every command of the desk, once. Keys, palette, help, the docs and the tests are made from this
 * table.
 *
 * @typedef {import("../state/desk.js").Desk} Desk
 *
 * @typedef {object} Command
 * @property {string} id its text is `command.<id>`
 * @property {readonly string[]} keys as in `core/keys.js`; none: only by palette or button
 * @property {"move" | "thread" | "desk"} group
 * @property {"anywhere" | "thread" | "leads" | "admins"} where `thread`: only while one is open;
 *   `leads`, `admins`: for them alone, anywhere
 * @property {string} focus where the focus is afterwards: a target of `state/focus.js`, `stay`, or
 *   `region` for the next part of the screen
 * @property {(desk: Desk) => unknown} run false (or a promise of it) where nothing was to be done:
 *   then the focus stays
 */

import { go } from "../state/place.js";
import { moveInList, readLast, sayWhere } from "./moves.js";

/** @type {readonly Command[]} */
export const COMMANDS = Object.freeze([
  command("next", ["n"], "move", "anywhere", "message", (desk) => desk.reading.next()),
  command("down", ["j"], "move", "anywhere", "row", (desk) => moveInList(desk, 1)),
  command("up", ["k"], "move", "anywhere", "row", (desk) => moveInList(desk, -1)),
  command("search", ["/"], "move", "anywhere", "search", () => go({ view: "search" })),
  command("regions", ["F6"], "move", "anywhere", "region", () => {}),
  command("regions.back", ["Shift+F6"], "move", "anywhere", "region", () => {}),
  command("mine", ["1"], "move", "anywhere", "row", (desk) => desk.reading.list("mine")),
  command("waiting", ["2"], "move", "anywhere", "row", (desk) => desk.reading.list("waiting")),
  command("team", ["3"], "move", "anywhere", "row", (desk) => desk.reading.list("team")),
  command("all", ["4"], "move", "anywhere", "row", (desk) => desk.reading.list("all")),
  command("snoozed", ["5"], "move", "anywhere", "row", (desk) => desk.reading.list("snoozed")),
  command("callbacks", ["6"], "move", "anywhere", "row", (desk) => desk.callbacks.show()),
  command("board", ["7"], "move", "leads", "room", () => go({ view: "board" })),
  command("reports", ["8"], "move", "leads", "room", () => go({ view: "reports" })),
  command("teams", ["9"], "move", "leads", "room", () => go({ view: "teams" })),
  command("admin", ["0"], "move", "admins", "room", () => go({ view: "admin" })),

  command("reply", ["r"], "thread", "thread", "composer", (desk) => desk.writing.compose("reply")),
  command("note", ["i"], "thread", "thread", "composer", (desk) => desk.writing.compose("note")),
  command("switch", ["F2"], "thread", "thread", "composer", (desk) => desk.writing.turn()),
  command("take", ["m"], "thread", "thread", "stay", (desk) => desk.act("take")),
  command("release", ["u"], "thread", "thread", "stay", (desk) => desk.act("release")),
  command("assign", ["a"], "thread", "thread", "assign", (desk) => desk.ask("assign")),
  command("transfer", ["t"], "thread", "thread", "transfer", (desk) => desk.ask("transfer")),
  command("cover", ["v"], "thread", "thread", "cover", (desk) => desk.ask("cover")),
  command("handback", ["h"], "thread", "thread", "handback", (desk) => desk.ask("handback")),
  command("callback", ["p"], "thread", "thread", "callback", (desk) => desk.ask("callback")),
  command("snooze", ["s"], "thread", "thread", "snooze", (desk) => desk.ask("snooze")),
  command("resolve", ["e"], "thread", "thread", "message", (desk) => desk.act("resolve")),
  command("reopen", ["o"], "thread", "thread", "message", (desk) => desk.act("reopen")),
  command("canned", [";"], "thread", "thread", "canned", (desk) => desk.ask("canned")),
  command("attach", ["l"], "thread", "thread", "composer", (desk) => desk.writing.attach()),
  command("force", ["f"], "thread", "thread", "composer", (desk) => desk.writing.forceLast()),
  command("last", ["."], "thread", "thread", "stay", readLast),
  command("customer", ["c"], "thread", "thread", "customer", (desk) => desk.showCustomer()),

  command("undo", ["z"], "desk", "anywhere", "stay", (desk) => desk.acts.takeBack()),
  command("where", [","], "desk", "anywhere", "stay", sayWhere),
  command("palette", ["Ctrl+k"], "desk", "anywhere", "palette", (desk) => desk.ask("palette")),
  command("help", ["?"], "desk", "anywhere", "help", (desk) => desk.ask("help")),
  command("settings", ["g"], "desk", "anywhere", "settings", (desk) => desk.ask("settings")),
  command("duty", ["d"], "desk", "anywhere", "stay", (desk) => desk.duty.set(!desk.duty.on.value)),
  command("load", ["w"], "desk", "anywhere", "load", (desk) => desk.ask("load")),
  command("out", [], "desk", "anywhere", "signin", (desk) => desk.signOut()),
]);

/**
 * @param {string} id
 * @param {readonly string[]} keys
 * @param {Command["group"]} group
 * @param {Command["where"]} where
 * @param {string} focus
 * @param {Command["run"]} run
 * @returns {Command}
 */
function command(id, keys, group, where, focus, run) {
  return Object.freeze({ id, keys: Object.freeze(keys), group, where, focus, run });
}

/** @param {string} id */
export function commandOf(id) {
  const found = COMMANDS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no command ${id}`);
  return found;
}

/** The commands that can be used now. @param {Desk} desk */
export function usable(desk) {
  return COMMANDS.filter((one) => allowed(desk, one)).filter(
    ({ where }) => where !== "thread" || desk.open.value !== null,
  );
}

/** Whether a command is for whoever sits here. @param {Desk} desk @param {Command} command */
export function allowed(desk, { where }) {
  const role = desk.me.value?.role ?? "agent";
  if (where === "admins") return role === "admin";
  return where !== "leads" || role !== "agent";
}
