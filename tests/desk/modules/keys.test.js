/** Which command a key press asks for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { commandFor, keysOf, roved } from "../../../agents_ui/core/keys.js";
import { fit, fitting } from "../../../agents_ui/core/matching.js";

const COMMANDS = [
  { id: "next", keys: ["n"] },
  { id: "help", keys: ["?"] },
  { id: "palette", keys: ["Ctrl+k"] },
  { id: "regions", keys: ["F6"] },
  { id: "back", keys: ["Shift+F6"] },
];
const ON = { typing: false, characters: true, remapped: {} };

function press(key, more = {}) {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}

for (const [what, pressed, given, expected] of [
  ["a letter", press("n"), ON, "next"],
  ["a capital", press("N", { shiftKey: true }), ON, "next"],
  ["a sign that needs Shift", press("?", { shiftKey: true }), ON, "help"],
  ["Ctrl and a letter", press("k", { ctrlKey: true }), ON, "palette"],
  ["a Mac's command key", press("k", { metaKey: true }), ON, "palette"],
  ["a function key", press("F6"), ON, "regions"],
  ["a function key with Shift", press("F6", { shiftKey: true }), ON, "back"],
  ["a letter while one writes", press("n"), { ...ON, typing: true }, null],
  ["Ctrl and a letter while one writes", press("k", { ctrlKey: true }), { ...ON, typing: true }, "palette"],
  ["a letter that is switched off", press("n"), { ...ON, characters: false }, null],
  ["a function key, letters off", press("F6"), { ...ON, characters: false }, "regions"],
  ["a letter's new place", press("x"), { ...ON, remapped: { next: "x" } }, "next"],
  ["a letter's old place", press("n"), { ...ON, remapped: { next: "x" } }, null],
  ["a letter of none", press("n"), { ...ON, remapped: { next: "" } }, null],
  ["Ctrl and a letter without a command", press("n", { ctrlKey: true }), ON, null],
  ["Alt and a letter", press("n", { altKey: true }), ON, null],
  ["a key while a word is composed", press("n", { isComposing: true }), ON, null],
]) {
  test(what, () => assert.equal(commandFor(pressed, COMMANDS, given), expected));
}

test("a remapped letter leaves the other keys", () => {
  assert.deepEqual(keysOf({ id: "x", keys: ["a", "F2"] }, { x: "b" }), ["F2", "b"]);
});

test("arrows stop at the ends", () => {
  assert.deepEqual(
    [roved("ArrowDown", 1, 2), roved("ArrowUp", 0, 2), roved("Home", 1, 2), roved("End", 0, 2)],
    [1, 0, 0, 1],
  );
  assert.equal(roved("x", 0, 2), null);
  assert.equal(roved("ArrowDown", 0, 0), null);
});

test("what begins with the letters comes before what has them within", () => {
  const names = ["Undo", "Snooze…", "Send anyway", "Read the last message", "Private note"];
  assert.deepEqual(fitting("s", names, (name) => name).slice(0, 2), ["Snooze…", "Send anyway"]);
  assert.deepEqual(fitting("note", names, (name) => name)[0], "Private note");
  assert.deepEqual(fitting("zzz", names, (name) => name), []);
  assert.equal(fitting("", names, (name) => name).length, names.length);
});

test("case, accents and signs of patterns do not matter", () => {
  assert.equal(fit("JOSE", "José"), 1);
  assert.equal(fit("a.c", "abc"), Infinity);
  assert.ok(fit("(", "a (b)") < Infinity);
});
