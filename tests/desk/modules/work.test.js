/** Promises, hands and calls, as the lists, the log and the bands tell them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { callOf, callbackMark, called, dueText, inOrder } from "../../../agents_ui/core/callbacks.js";
import { activeOf, takenBack } from "../../../agents_ui/core/hands.js";
import { lapseSayings, lapsed } from "../../../agents_ui/core/lapses.js";
import { dueAt, pressing, promiseText } from "../../../agents_ui/core/promises.js";
import { choiceNow, signsOf } from "../../../agents_ui/core/rows.js";
import { handBackNote, rowsOf } from "../../../agents_ui/core/timeline.js";
import { listed } from "../../../agents_ui/core/views.js";
import { following } from "../../../agents_ui/state/drafts.js";
import { BO, NOON, SPOKANE, TAMPA, TIMES, ago, message, say, thread } from "./cast.js";

const GIVEN = { say, times: TIMES, now: NOON };
const promised = (minutes, change = {}) => ({ promise: { expect_by: ago(-minutes) }, ...change });

test("whose answer was promised first comes first, with those who were promised nothing among them", () => {
  const threads = [
    thread("late", promised(-5)),
    thread("soon", promised(8)),
    thread("none", { waiting_since: ago(7) }),
    thread("far", promised(90, { waiting_since: ago(200) })),
    thread("answered", { waiting_since: null, promise: null }),
  ];
  const ids = listed("waiting", threads, BO, null).map(({ id }) => id);
  assert.deepEqual(ids, ["none", "late", "soon", "far"]);
  assert.equal(dueAt(threads[4]), null);
});

test("a wait presses by its promise, else by its age", () => {
  const by = (minutes) => pressing(thread("ana", promised(minutes)), NOON);
  assert.deepEqual([60, 11, 10, 0, -1].map(by), ["new", "new", "soon", "soon", "late"]);
  const aged = (minutes) => pressing(thread("ana", { waiting_since: ago(minutes), promise: null }), NOON);
  assert.deepEqual([1, 10, 59, 60].map(aged), ["new", "soon", "soon", "late"]);
});

for (const [minutes, short, long] of [
  [20, "by 12:20 PM", "answer promised by 12:20 PM"],
  [60 * 20, "by Mon 8:00 AM", "answer promised by Mon 8:00 AM"],
  [-12, "12 min late", "promise broken 12 min ago"],
]) {
  test(`a promise is told: ${short}`, () => {
    const one = thread("ana", promised(minutes));
    assert.equal(promiseText(one, { ...GIVEN, form: "short" }), short);
    assert.equal(promiseText(one, { ...GIVEN, form: "long" }), long);
  });
}

test("where nobody waits, or nothing was promised, nothing is told of it", () => {
  assert.equal(promiseText(thread("ana", { promise: null }), { ...GIVEN, form: "short" }), null);
  const answered = thread("ana", promised(5, { waiting_since: null }));
  assert.equal(promiseText(answered, { ...GIVEN, form: "short" }), null);
});

test("a choice holds until the team opens, and while nobody covers", () => {
  const asked = { choice: { state: "open", until: ago(-60) } };
  assert.equal(choiceNow(thread("ana", asked), NOON).state, "open");
  assert.equal(choiceNow(thread("ana", { choice: { state: "open", until: ago(0) } }), NOON), null);
  assert.equal(choiceNow(thread("ana", { ...asked, serving: { team: TAMPA, why: "cover" } }), NOON), null);
  const resolved = { ...asked, status: { state: "resolved", conversation: 1 } };
  assert.equal(choiceNow(thread("ana", resolved), NOON), null);
});

test("a row's signs say what the customer chose and from whom it came back", () => {
  const one = { care: "self_service", choice: { state: "wait", until: ago(-9) }, back: { name: "Kim", why: "off" } };
  assert.deepEqual(signsOf(thread("ana", one), GIVEN), [
    "waits for their team", "chose self-service", "back from Kim",
  ]);
  const kims = thread("ana", { ...one, choice: null, assignee: { id: "kim", name: "Kim" } });
  assert.deepEqual(signsOf(kims, GIVEN), ["chose self-service"]);
});

const hands = (seq, name, reason) => ({
  seq, type: "assignee", at: ago(9 - seq), assignee: name && { id: name, name }, reason,
});

test("the log says from whom a conversation was taken back", () => {
  const log = [hands(1, "Kim", "taken"), hands(2, null, "off duty")];
  assert.deepEqual(takenBack(log), { name: "Kim", why: "off" });
  assert.equal(takenBack([...log, hands(3, "Bo", "taken")]), null);
  assert.equal(takenBack([hands(1, "Kim", "taken"), hands(2, null, "released")]), null);
  assert.equal(takenBack([]), null);
  const rows = rowsOf(log, { me: "bo", outgoing: [], day: TIMES.day });
  assert.deepEqual(rows.map(({ from }) => from), [undefined, "Kim"]);
});

test("what counts for an agent is what waits or was written in within a quarter of an hour", () => {
  const mine = { assignee: { id: "bo", name: "Bo" } };
  const quiet = (minutes) => ({ ...mine, waiting_since: null, last_message: message("x", { minutes }) });
  const threads = [
    thread("waits", mine),
    thread("fresh", quiet(14)),
    thread("quiet", quiet(15)),
    thread("asleep", { ...mine, status: { state: "snoozed", conversation: 1 } }),
    thread("theirs", { assignee: { id: "kim", name: "Kim" } }),
  ];
  assert.equal(activeOf(threads, "bo", NOON), 2);
});

test("a hand-back's note stands until somebody has answered", () => {
  const log = [
    { seq: 1, type: "serving", at: ago(9), serving: { team: TAMPA, why: "cover" }, note: "not yet" },
    { seq: 2, type: "serving", at: ago(5), serving: { team: SPOKANE, why: "home" }, note: "Ask on Tuesday" },
    { seq: 3, type: "message", at: ago(4), message: message("And now?") },
  ];
  assert.equal(handBackNote(log.slice(0, 1)), null);
  assert.equal(handBackNote(log), "Ask on Tuesday");
  const answer = { seq: 4, type: "message", at: ago(3), message: message("Yes", { by: "bo" }) };
  assert.equal(handBackNote([...log, answer]), null);
  const rows = rowsOf(log, { me: "bo", outgoing: [], day: TIMES.day });
  assert.deepEqual(rows.map(({ kind }) => kind), ["mark", "mark", "conversation", "message"]);
});

const card = (id, minutes, change = {}) => ({
  id, state: "booked", due_at: ago(-minutes), ends_at: ago(-minutes - 30), phone: "+15095550142",
  topic: "My bill", ...change,
});
const call = (id, minutes, change) => ({
  callback: card(id, minutes, change), thread: `t-${id}`, team: "spokane", tel: "tel:+15095550142",
  customer: { id: "ana", name: "Ana", time_zone: null },
});

test("the next call comes first, and of those that are over the newest", () => {
  const calls = [call("c", 60), call("a", -5, { state: "due" }), call("b", 5), call("d", -90, { state: "done" })];
  assert.deepEqual(inOrder(calls, "open").map(({ callback }) => callback.id), ["a", "b", "c"]);
  assert.deepEqual(inOrder(calls, "over").map(({ callback }) => callback.id), ["d"]);
});

test("what happens to calls is told by the streams, and what is not known is asked for", () => {
  const known = new Map([["a", call("a", 5)], ["b", call("b", 9)]]);
  const due = { type: "callback", thread: "t-a", callback: card("a", 0, { state: "due" }) };
  const { calls, unknown } = called(known, [due, { type: "left", thread: "t-b" }]);
  assert.deepEqual([calls.get("a").callback.state, calls.has("b"), unknown], ["due", false, false]);
  assert.equal(called(known, [{ ...due, callback: card("x", 9) }]).unknown, true);
  assert.equal(called(known, [{ ...due, callback: card("x", 9, { state: "done" }) }]).unknown, false);
  assert.equal(known.get("a").callback.state, "booked", "what was given stays as it was");
});

test("a thread's call is the open one, by its log or by the list", () => {
  const calls = new Map([["a", call("a", 5)]]);
  assert.equal(callOf(calls, "t-a", []).id, "a");
  assert.equal(callOf(new Map(), "t-a", [{ type: "callback", callback: card("z", 5) }]).id, "z");
  const over = [{ type: "callback", callback: card("a", 5, { state: "canceled" }) }];
  assert.equal(callOf(calls, "t-a", over), null);
});

for (const [minutes, change, expected] of [
  [90, {}, "call at 1:30 PM"],
  [0, { state: "due" }, "call now"],
  [-12, { state: "due" }, "due for 12 min"],
  [-12, { state: "missed" }, "missed"],
]) {
  test(`a call is told: ${expected}`, () => {
    assert.equal(dueText(card("a", minutes, change), GIVEN), expected);
  });
}

for (const [change, expected] of [
  [{}, "Callback booked for 1:30 PM: My bill"],
  [{ attempts: 1, remark: "mailbox" }, "Nobody answered; next call at 1:30 PM: My bill (mailbox)"],
  [{ state: "due" }, "Callback is due: My bill"],
  [{ state: "due", agent: { name: "Kim" } }, "Kim makes the call: My bill"],
  [{ state: "done", agent: { name: "Kim" } }, "They spoke, Kim called: My bill"],
]) {
  test(`the log says of a call: ${expected}`, () => {
    assert.equal(callbackMark(card("a", 90, change), NOON, GIVEN), expected);
  });
}

test("a promise of one's own that has lapsed is said once, several in one sentence, by loudness", () => {
  const mine = (id, minutes, change = {}) => thread(id, promised(minutes, { assignee: { id: "bo", name: "Bo" }, ...change }));
  const threads = [
    mine("ana", -1),
    mine("luis", 1),
    mine("bea", -1, { waiting_since: null }),
    mine("tim", -1, { assignee: { id: "kim", name: "Kim" } }),
    mine("eva", -1, { assignee: null }),
    mine("old", 0, { promise: null, waiting_since: ago(500) }),
  ];
  const late = lapsed(threads, { me: "bo", now: NOON });
  assert.deepEqual([...late.values()].map(({ id }) => id), ["ana"]);
  assert.deepEqual([...late.keys()], [...lapsed(threads, { me: "bo", now: NOON + 30_000 }).keys()]);
  const later = lapsed(threads, { me: "bo", now: NOON + 61_000 });
  assert.deepEqual([...later.values()].map(({ id }) => id), ["ana", "luis"]);
  const anew = lapsed([mine("ana", -2)], { me: "bo", now: NOON });
  assert.notDeepEqual([...anew.keys()], [...late.keys()], "another promise is another lapse");

  const said = (some, loudness, open = null) => lapseSayings(some, { open, loudness });
  const three = ["ana", "luis", "bea"].map((id) => mine(id, -1));
  assert.deepEqual(said(three.slice(0, 1), "mine"), [{ word: "say.lapsed", name: "Ana" }]);
  assert.deepEqual(said(three.slice(0, 2), "all").map(({ name }) => name), ["Ana", "Luis"]);
  assert.deepEqual(said(three, "mine"), [{ word: "say.lapsed.many", count: 3 }]);
  assert.deepEqual(said(three, "open", "bea"), [{ word: "say.lapsed", name: "Bea" }]);
  assert.deepEqual(said(three, "off"), []);
  assert.deepEqual(said([], "all"), []);
});

test("a composer follows another tab's draft, unless something was written in it", () => {
  const draft = (reply, note = "", kind = "reply") => ({ kind, reply, note });
  const sent = { before: draft("Hello", "n"), after: draft("", "n") };
  assert.deepEqual(following(draft("Hello", "n", "note"), sent), draft("", "n", "note"));
  assert.deepEqual(following(draft("Hello, Ana", "n"), sent), draft("Hello, Ana", "n"));
  assert.deepEqual(following(draft("", ""), { before: draft("", ""), after: draft("Hi") }), draft("Hi"));
});
