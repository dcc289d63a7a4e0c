/** What is said of arrivals. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { LOUDNESS, sayings } from "../../../agents_ui/core/announcing.js";
import { ago, message, say, thread } from "./cast.js";

const threads = new Map([
  ["ana", thread("ana", { assignee: { id: "bo", name: "Bo" } })],
  ["luis", thread("luis")],
]);
const written = (of, by = of, body = "Hello") => ({
  seq: 1, type: "message", at: ago(0), thread: of, thread_seq: 4, message: message(body, { by }),
});
const note = (by) => ({
  seq: 1, type: "note", at: ago(0), thread: "ana", thread_seq: 4, note: message("n", { by }),
});
const given = (to, reason) => ({
  seq: 1, type: "assignee", at: ago(0), thread: "luis", thread_seq: 4, reason,
  assignee: to && { id: to, name: to },
});
const words = (items, open, loudness) =>
  sayings(items, { me: "bo", open, threads, loudness }).map(({ word }) => word);

for (const [what, item, open, expected] of [
  ["the open thread's customer", written("luis"), "luis", ["all", "mine", "open"]],
  ["my customer elsewhere", written("ana"), "luis", ["all", "mine"]],
  ["a customer of the queue", written("luis"), "ana", ["all"]],
  ["a colleague in the open thread", written("ana", "kim"), "ana", ["all", "mine", "open"]],
  ["a colleague elsewhere", written("ana", "kim"), "luis", []],
  ["myself", written("ana", "bo"), "ana", []],
  ["a colleague's note in the open thread", note("kim"), "ana", ["all", "mine", "open"]],
  ["my own note", note("bo"), "ana", []],
  ["what is given to me", given("bo", "assigned"), null, ["all", "mine"]],
  ["what I take", given("bo", "taken"), "luis", []],
  ["what I answer", given("bo", "replied"), "luis", []],
  ["what another takes", given("kim", "taken"), "luis", []],
]) {
  test(`${what} is heard with ${expected.join(", ") || "nothing"}`, () => {
    const heard = LOUDNESS.filter((loudness) => words([item], open, loudness).length > 0);
    assert.deepEqual(heard, expected);
  });
}

test("who, what, then when", () => {
  const [first] = sayings([written("ana")], { me: "bo", open: "ana", threads, loudness: "all" });
  assert.equal(say(first.word, { ...first, when: "12:00" }), "Ana: Hello 12:00");
});

test("a burst is one sentence", () => {
  const burst = [written("ana"), written("luis"), written("ana")];
  const [first, ...more] = sayings(burst, { me: "bo", open: null, threads, loudness: "all" });
  assert.deepEqual(more, []);
  assert.equal(say(first.word, first), "3 arrivals in 2 threads.");
});

test("a long message is not read out whole", () => {
  const items = [written("ana", "ana", "x".repeat(4000))];
  const [first] = sayings(items, { me: "bo", open: "ana", threads, loudness: "all" });
  assert.ok(first.text.length < 300);
});
