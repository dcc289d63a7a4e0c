/** The thread as the page holds it: each thing once, whatever comes twice or late. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, apply, begin, prepend, put, reached, toKeep } from "../../../customer_ui/core/log.js";

const message = (seq, kind = "agent", more = {}) => ({
  id: `m${seq}`,
  seq,
  author: { kind, id: kind === "agent" ? "bo" : "ana", name: "Bo" },
  body: `line ${seq}`,
  sent_at: `2026-11-22T10:${String(seq % 60).padStart(2, "0")}:00.000Z`,
  ...more,
});
const event = (seq, kind) => ({ type: "message", seq, at: "", message: message(seq, kind) });
const seqs = ({ messages }) => messages.map(({ seq }) => seq);
const page = (from, upto) => Array.from({ length: upto - from + 1 }, (_, n) => message(upto - n));

test("what stands now comes in order, and there is more where a page is full", () => {
  assert.deepEqual(seqs(begin(EMPTY, page(3, 5))), [3, 4, 5]);
  assert.equal(begin(EMPTY, page(3, 5)).more, false);
  assert.equal(begin(EMPTY, page(1, 50)).more, true);
});

test("what another device did before this one came is known from the thread", () => {
  const status = { state: "resolved", conversation: 2 };
  const log = begin(EMPTY, page(3, 5), { receipts: { delivered: 5, read: 4 }, rating: 3, status });
  assert.deepEqual([3, 4, 5].map((seq) => reached({ ...log, messages: [] }, seq)), ["read", "read", "delivered"]);
  assert.deepEqual(log.rated, [2]);
  assert.deepEqual(begin(log, page(3, 5)).rated, [2], "an older server says nothing of it");
});

test("a message is there once, whether as an event, an answer or a page", () => {
  let log = begin(EMPTY, page(3, 5));
  log = put(apply(apply(log, event(6)), event(6)), message(6));
  log = prepend(log, { items: page(1, 3), next: null });
  assert.deepEqual(seqs(log), [1, 2, 3, 4, 5, 6]);
  assert.equal(log.more, false);
});

test("a late one stands at its place", () => {
  assert.deepEqual(seqs(put(begin(EMPTY, [message(7), message(3)]), message(5))), [3, 5, 7]);
});

test("after a reset marks from before what is shown are gone", () => {
  const mark = (seq) => ({ type: "pin", seq, at: "", team: { name: "Spokane" } });
  const log = begin(apply(apply(EMPTY, mark(1)), mark(9)), page(5, 9));
  assert.deepEqual(log.marks.map(({ seq }) => seq), [9]);
});

test("what was erased is gone, one or all up to a place", () => {
  const log = begin(EMPTY, page(1, 5));
  assert.deepEqual(seqs(apply(log, { type: "erased", seq: 3, at: "" })), [1, 2, 4, 5]);
  assert.deepEqual(seqs(apply(log, { type: "erased", seq: 6, at: "", upto: 4 })), [5]);
});

test("sent, delivered, read; never back; and an answer tells that it was read", () => {
  let log = begin(EMPTY, [message(4, "customer")]);
  assert.equal(reached(log, 4), "sent");
  log = apply(log, { type: "delivered", who: "agent", upto: 4, seq: 5, at: "" });
  assert.equal(reached(log, 4), "delivered");
  log = apply(log, { type: "read", who: "agent", upto: 4, seq: 6, at: "" });
  log = apply(log, { type: "read", who: "agent", upto: 2, seq: 7, at: "" });
  log = apply(log, { type: "read", who: "customer", upto: 9, seq: 8, at: "" });
  assert.equal(reached(log, 4), "read");
  assert.equal(reached(log, 9), "sent");
  assert.equal(reached(apply(begin(EMPTY, [message(4, "customer")]), event(5)), 4), "read");
});

test("what is kept is the last of it, and says that there is more", () => {
  const log = toKeep({ ...begin(EMPTY, page(1, 60)), more: false });
  assert.equal(log.messages.length, 50);
  assert.equal(log.more, true);
});
