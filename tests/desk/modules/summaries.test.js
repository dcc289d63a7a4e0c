/** What the teams' streams do to the lines of the lists. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, folded } from "../../../agents_ui/core/summaries.js";
import { TAMPA, ago, message, thread } from "./cast.js";

const KIM = { id: "kim", name: "Kim" };

function item(type, members, { seq = 4, of = "ana" } = {}) {
  return { seq: 100 + seq, type, at: ago(0), thread: of, thread_seq: seq, ...members };
}

for (const [what, happened, change] of [
  [
    "a customer's message waits, and is unread",
    item("message", { message: message("And now?") }),
    { waiting_since: ago(10), unread: 2, last_message: { ...message("And now?"), seq: 4 } },
  ],
  [
    "an agent's message ends the wait",
    item("message", { message: message("Yes", { by: "kim" }) }),
    { waiting_since: null, promise: null, unread: 1, last_message: { ...message("Yes", { by: "kim" }), seq: 4 } },
  ],
  ["somebody has it", item("assignee", { assignee: KIM, reason: "taken" }), { assignee: KIM, back: null }],
  [
    "the customer is asked",
    item("choice", { choice: { state: "open", until: ago(-60) } }),
    { choice: { state: "open", until: ago(-60) } },
  ],
  ["the customer chooses", item("care", { care: { preference: "general" } }), { care: "general" }],
  [
    "nobody waits for what is resolved",
    item("status", { status: { state: "resolved", conversation: 1 } }),
    { status: { state: "resolved", conversation: 1 }, waiting_since: null, promise: null },
  ],
  [
    "a snooze leaves the wait",
    item("status", { status: { state: "snoozed", conversation: 1, until: ago(-9) } }),
    { status: { state: "snoozed", conversation: 1, until: ago(-9) }, waiting_since: ago(10) },
  ],
  [
    "another team serves it",
    item("serving", { serving: { team: TAMPA, why: "bounce" } }),
    { serving: { team: TAMPA, why: "bounce" } },
  ],
  ["the home team is another", item("pin", { team: TAMPA }), { team: TAMPA }],
  ["a receipt changes the head alone", item("read", { who: "customer", upto: 3 }), {}],
  ["an unknown type changes the head alone", item("weather", { rain: true }), {}],
]) {
  test(what, () => {
    const before = thread("ana");
    assert.deepEqual(applied(before, happened), { ...before, ...change, head: 4 });
  });
}

test("a first wait begins with the message", () => {
  const after = applied(
    thread("ana", { waiting_since: null }),
    item("message", { message: message("Hello?", { minutes: 2 }) }),
  );
  assert.equal(after.waiting_since, ago(2));
});

test("who loses it is remembered, until somebody has it again", () => {
  const mine = thread("ana", { assignee: KIM });
  const freed = applied(mine, item("assignee", { assignee: null, reason: "not answered" }));
  assert.deepEqual(freed.back, { name: "Kim", why: "late" });
  const given = applied(mine, item("assignee", { assignee: null, reason: "released" }));
  assert.equal(given.back, null);
  const again = { ...item("assignee", { assignee: KIM, reason: "taken" }), thread_seq: 5 };
  assert.equal(applied(freed, again).back, null);
});

test("a wait that begins is named, since no item says what was promised", () => {
  const known = new Map([["ana", thread("ana", { waiting_since: null })], ["luis", thread("luis")]]);
  const hello = item("message", { message: message("Hello?") });
  const luis = { ...item("message", { message: message("Hello?", { by: "luis" }) }), thread: "luis" };
  assert.deepEqual(folded(known, [hello, luis]).begun, ["ana"]);
  const answer = { ...item("message", { message: message("Yes", { by: "kim" }) }), thread_seq: 5 };
  assert.deepEqual(folded(known, [hello, answer]).begun, []);
});

test("what the line holds already changes nothing", () => {
  const before = thread("ana", { head: 9 });
  assert.equal(applied(before, item("message", { message: message("Old") }, { seq: 9 })), before);
});

test("a thread that is seen from now on is there, and one that is not is gone", () => {
  const known = new Map([["ana", thread("ana")]]);
  const entered = item("entered", { summary: thread("mei", { head: 7 }) }, { of: "mei", seq: 7 });
  const left = { seq: 9, type: "left", at: ago(0), thread: "ana" };
  const { threads, unknown } = folded(known, [entered, left]);
  assert.deepEqual([...threads.keys()], ["mei"]);
  assert.deepEqual(unknown, []);
  assert.deepEqual([...known.keys()], ["ana"], "what was given stays as it was");
});

test("a summary that is older than what is known changes nothing", () => {
  const known = new Map([["ana", thread("ana", { head: 9 })]]);
  const summary = thread("ana", { head: 7, assignee: KIM });
  const { threads } = folded(known, [item("entered", { summary }, { seq: 7 })]);
  assert.equal(threads.get("ana").assignee, null);
});

test("what is not known is named once, unless it is gone again", () => {
  const written = (of) => item("message", { message: message("x") }, { of });
  const { unknown } = folded(new Map(), [
    written("mei"),
    written("luis"),
    written("mei"),
    { seq: 9, type: "left", at: ago(0), thread: "luis" },
    { seq: 10, type: "withdrawn", at: ago(0), thread: "june" },
    { seq: 11, type: "erased", at: ago(0), thread: "wanda", thread_seq: 2 },
  ]);
  assert.deepEqual(unknown, ["mei"]);
});

test("a changed profile is asked for again", () => {
  const known = new Map([["ana", thread("ana")]]);
  assert.deepEqual(folded(known, [item("customer", { changed: ["name"] })]).stale, ["ana"]);
});
