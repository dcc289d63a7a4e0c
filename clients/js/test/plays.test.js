/** Every play of `tests/protocol`: what holds for a client in any language. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { play } from "./player.js";
import { differs } from "./stage.js";

const FOLDER = new URL("../../../tests/protocol/", import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

for (const name of NAMES) {
  const told = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
  // What a browser's WebSocket does not tell, this client cannot know.
  const skip = told.needs?.includes("refusal") && "the answer to a refused upgrade is not shown";
  test(`${name}: ${told.title}`, { skip }, async () => {
    assert.equal(await play(told), null);
  });
}

test("there are plays", () => assert.ok(NAMES.length > 70));

test("a difference is seen", () => {
  const pairs = [
    [{ a: 1 }, { a: 2 }],
    [{ a: { b: null } }, { a: { b: 0 } }],
    [[1, 2], [1]],
    [[], [1]],
    [{ a: 1 }, {}],
    ["x", { a: 1 }],
  ];
  for (const [told, seen] of pairs) assert.notEqual(differs(told, seen), null);
});
