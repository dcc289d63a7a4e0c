/** The log as an agent reads it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lastOfCustomer, merged, rowsOf } from "../../../agents_ui/core/timeline.js";
import { ago, message } from "./cast.js";

const said = (seq, body, more = {}) => {
  const one = message(body, more);
  return { seq, type: "message", at: one.sent_at, message: one };
};
const day = (at) => at.slice(0, 10);
const show = (items, outgoing = []) => rowsOf(items, { me: "bo", outgoing, day });
const kinds = (rows) => rows.map(({ kind }) => kind);

test("pages and events are merged by seq, whatever their order, each once", () => {
  const a = said(1, "a");
  const b = said(2, "b");
  const c = said(3, "c");
  for (const [items, more] of [
    [[a, b], [c]],
    [[c], [b, a]],
    [[a, c], [b, c]],
    [[], [c, b, a, a]],
    [[a, b, c], []],
  ]) {
    assert.deepEqual(merged(items, more).map(({ seq }) => seq), [1, 2, 3]);
  }
});

test("the newer telling of a place wins: what was erased is gone", () => {
  const [row] = show(merged([said(1, "secret")], [{ seq: 1, type: "erased", at: ago(0) }]));
  assert.equal(row.kind, "mark");
  assert.equal(JSON.stringify(row).includes("secret"), false);
});

test("a conversation begins with its number and day, and says not that it is open", () => {
  const rows = show([
    { seq: 1, type: "pin", at: ago(9), team: { name: "Spokane" } },
    { seq: 2, type: "status", at: ago(9), status: { state: "open", conversation: 1 } },
    said(3, "Hello", { minutes: 9 }),
    { seq: 4, type: "status", at: ago(5), status: { state: "resolved", conversation: 1 } },
    { seq: 5, type: "status", at: ago(4), status: { state: "open", conversation: 1 } },
    said(6, "Again", { minutes: 3, conversation: 2 }),
  ]);
  assert.deepEqual(kinds(rows), [
    "mark", "conversation", "message", "mark", "mark", "conversation", "message",
  ]);
  assert.deepEqual([rows[1].number, rows[5].number], [1, 2]);
});

test("what was snoozed says whether the customer woke it", () => {
  const status = (seq, minutes, more) => ({ seq, type: "status", at: ago(minutes), status: { conversation: 1, ...more } });
  for (const [expected, more, minutes] of [
    ["customer", {}, 6],
    ["agent", { by: "bo" }, 6],
    ["agent", {}, 3],
  ]) {
    const asleep = status(2, 9, { state: "snoozed", until: ago(4) });
    const rows = show([said(1, "a", { minutes: 10 }), asleep, status(3, minutes, { state: "open", ...more })]);
    assert.equal(rows.at(-1).from, expected);
  }
  const done = status(2, 9, { state: "resolved" });
  assert.equal(show([said(1, "a"), done, status(3, 1, { state: "open" })]).at(-1).from, undefined);
});

test("a new day is said before the first message of it", () => {
  const rows = show([said(1, "a", { minutes: 60 * 24 }), said(2, "b")]);
  assert.deepEqual(kinds(rows), ["conversation", "message", "day", "message"]);
});

test("receipts are no rows, and the last answer tells of them", () => {
  const answers = [said(1, "a"), said(2, "b", { by: "bo" }), said(3, "c", { by: "kim" })];
  const receipt = (type, seq, upto) => ({ seq, type, at: ago(0), who: "customer", upto });
  const last = (items) => show(items).findLast(({ kind }) => kind === "message").receipt;
  assert.equal(last(answers), undefined);
  assert.equal(last([...answers, receipt("delivered", 4, 2)]), undefined);
  assert.equal(last([...answers, receipt("delivered", 4, 3)]), "delivered");
  assert.equal(last([...answers, receipt("delivered", 4, 3), receipt("read", 5, 3)]), "read");
  const theirs = { ...receipt("read", 4, 3), who: "agent" };
  assert.equal(last([...answers, theirs]), undefined);
});

test("what is on its way keeps its key when it is stored, and stands there once", () => {
  const entry = {
    client_id: "c1", thread: "t", kind: "reply", body: "Yes", seen_seq: 1, force: false,
    at: ago(0), author: { kind: "agent", id: "bo", name: "Bo" }, state: "waits",
  };
  const before = show([said(1, "a")], [entry]);
  assert.equal(before.at(-1).pending, true);
  assert.equal(before.at(-1).kind, "message");
  const stored = said(2, "Yes", { by: "bo", client_id: "c1" });
  const between = show([said(1, "a"), stored], [entry]);
  const after = show([said(1, "a"), stored]);
  assert.deepEqual(between.map(({ key }) => key), before.map(({ key }) => key));
  assert.deepEqual(after.map(({ key }) => key), before.map(({ key }) => key));
  assert.equal(after.at(-1).pending, undefined);
});

test("what one person says within minutes stands together; a note never with a message", () => {
  const note = { seq: 4, type: "note", at: ago(0), note: { ...message("n", { by: "bo" }) } };
  const rows = show([
    said(1, "a", { minutes: 20 }),
    said(2, "b", { minutes: 19 }),
    said(3, "c", { minutes: 1, by: "bo" }),
    note,
  ]);
  const follows = rows.filter(({ kind }) => kind === "message" || kind === "note");
  assert.deepEqual(follows.map((row) => row.follows === true), [false, true, false, false]);
});

test("an unknown type is no row", () => {
  assert.deepEqual(show([{ seq: 1, type: "weather", at: ago(0) }]), []);
});

test("the customer's last message is theirs, not the last", () => {
  const items = [said(1, "a"), said(2, "b"), said(3, "c", { by: "bo" })];
  assert.equal(lastOfCustomer(items).body, "b");
  assert.equal(lastOfCustomer([]), undefined);
});
