/** What the thread shows from top to bottom. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY } from "../../../customer_ui/core/log.js";
import { rows } from "../../../customer_ui/core/rows.js";

const said = (seq, at, kind = "agent", more = {}) => ({
  id: `m${seq}`,
  seq,
  author: { kind, id: kind },
  body: "",
  sent_at: `2026-11-${at}:00.000Z`,
  ...more,
});
const shown = (messages, marks = [], drafts = []) =>
  rows({ ...EMPTY, messages, marks }, drafts, (at) => at.slice(0, 10));
const kinds = (all) => all.map(({ kind }) => kind);

test("each day is named once, and what happened stands between what was said", () => {
  const marks = [{ type: "serving", seq: 2, at: "2026-11-22T10:01:00.000Z", serving: {} }];
  const all = shown([said(1, "22T10:00"), said(3, "22T10:02"), said(4, "23T10:00")], marks);
  assert.deepEqual(kinds(all), ["day", "message", "mark", "message", "day", "message"]);
});

test("messages of one author soon after one another are one run, with one foot", () => {
  const all = shown([said(1, "22T10:00"), said(2, "22T10:04"), said(3, "22T10:20"), said(4, "22T10:21", "customer")]);
  const runs = all.slice(1).map(({ follows, last }) => [follows, last]);
  assert.deepEqual(runs, [[false, false], [true, true], [false, true], [false, true]]);
});

test("a draft has the place and the key that its message will have, and never stands beside it", () => {
  const draft = { client_id: "c1", body: "Hello" };
  const before = shown([], [], [{ draft, refused: null }]);
  const mine = said(1, "22T10:00", "customer", { client_id: "c1" });
  const after = shown([mine], [], [{ draft, refused: null }]);
  assert.deepEqual(kinds(after), ["day", "message"]);
  assert.equal(before[0].key, after[1].key);
});

test("that a conversation begins, or a call is due, is no news", () => {
  const at = "2026-11-22T10:00:00.000Z";
  const marks = [
    { type: "status", seq: 1, at, status: { state: "open" } },
    { type: "callback", seq: 2, at, callback: { state: "due" } },
    { type: "status", seq: 3, at, status: { state: "resolved" } },
  ];
  assert.deepEqual(kinds(shown([], marks)), ["day", "mark"]);
});
