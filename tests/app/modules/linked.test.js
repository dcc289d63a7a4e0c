/** Web addresses in a text. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { linked } from "../../../customer_ui/core/linked.js";

const TABLE = [
  ["no address at all", []],
  ["see https://a.example/b.", ["https://a.example/b"]],
  ["(https://a.example/b)", ["https://a.example/b"]],
  ["(https://a.example/b).", ["https://a.example/b"]],
  ["https://a.example/b_(c)", ["https://a.example/b_(c)"]],
  ["https://a.example/?q=1&r=2#s, and http://b.example", ["https://a.example/?q=1&r=2#s", "http://b.example"]],
  ["こちら：https://a.example/b。どうぞ", ["https://a.example/b"]],
  ["javascript:alert(1) data:text/html,x", []],
  ['"https://a.example"onclick=', ["https://a.example"]],
  ["https://", []],
];

for (const [text, found] of TABLE) {
  test(`in ${text}`, () => {
    const pieces = linked(text);
    assert.deepEqual(pieces.flatMap(({ href }) => href ?? []), found);
    assert.equal(pieces.map((piece) => piece.text).join(""), text, "nothing is lost");
  });
}
