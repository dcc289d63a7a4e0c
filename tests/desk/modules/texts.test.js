/** Rows, marks, times and texts in words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { markText } from "../../../agents_ui/core/marks.js";
import { preview, rowName, servedBy } from "../../../agents_ui/core/rows.js";
import { snoozes } from "../../../agents_ui/core/snoozes.js";
import { timesIn } from "../../../agents_ui/core/times.js";
import { languageOf, told } from "../../../agents_ui/words/index.js";
import { BO, NOON, TAMPA, TIMES, ago, message, say, thread } from "./cast.js";

const GIVEN = { say, times: TIMES, me: BO.id, now: NOON };

test("a row's name has everything that eyes see", () => {
  const one = thread("ana", {
    unread: 2,
    last_message: message("My  phone\nis dead", { minutes: 8, urgent: true }),
    serving: { team: TAMPA, why: "cover", until: ago(-120) },
    promise: { expect_by: ago(-3) },
    choice: null,
  });
  assert.equal(
    rowName(one, GIVEN),
    "Ana, 2 unread messages, urgent, waits for 10 min, answer promised by 12:03 PM, nobody has it, " +
      "covered by Tampa until 2:00 PM, " +
      "My phone is dead, 11:52 AM",
  );
});

test("a row's name says whose it is, and that it sleeps or is done", () => {
  const mine = thread("ana", { unread: 0, assignee: { id: "bo", name: "Bo" }, waiting_since: null });
  assert.match(rowName(mine, GIVEN), /^Ana, answered, yours, /);
  const theirs = { ...mine, assignee: { id: "kim", name: "Kim" } };
  assert.match(rowName(theirs, GIVEN), /, with Kim, /);
  const asleep = { ...mine, status: { state: "snoozed", conversation: 1, until: ago(-90) } };
  assert.match(rowName(asleep, GIVEN), /snoozed until 1:30 PM/);
  const done = { ...mine, status: { state: "resolved", conversation: 1 } };
  assert.match(rowName(done, GIVEN), /resolved/);
});

test("who wrote last is said, unless it is the customer", () => {
  const by = (name) => preview(thread("ana", { last_message: message("x", { by: name }) }), GIVEN);
  assert.deepEqual(["ana", "bo", "kim"].map(by), ["x", "You: x", "Kim: x"]);
  assert.equal(preview(thread("ana", { last_message: null }), GIVEN), "Nothing was written yet");
});

test("a thread at home says nothing of teams", () => {
  assert.equal(servedBy(thread("ana"), GIVEN), null);
});

for (const [expected, item] of [
  ["Resolved", { type: "status", status: { state: "resolved" } }],
  ["Snoozed until 1:00 PM", { type: "status", status: { state: "snoozed", until: ago(-60) } }],
  ["Reopened", { type: "status", status: { state: "open" } }],
  ["Kim has it now", { type: "assignee", assignee: { name: "Kim" } }],
  ["Back in the queue", { type: "assignee", assignee: null }],
  ["Transferred to Tampa (cables)", { type: "serving", serving: { team: TAMPA, why: "bounce" }, reason: "cables" }],
  ["Tampa covers until 1:00 PM", { type: "serving", serving: { team: TAMPA, why: "cover", until: ago(-60) } }],
  ["Kim has it: answered this customer last", { type: "assignee", assignee: { name: "Kim" }, reason: "answered last" }],
  ["Kim has it: least busy", { type: "assignee", assignee: { name: "Kim" }, reason: "least loaded, 2 active" }],
  ["Chose general care", { type: "care", care: { preference: "general" } }],
  ["Waits for their team", { type: "choice", choice: { state: "wait" } }],
  ["Back with Tampa", { type: "serving", serving: { team: TAMPA, why: "home" } }],
  ["Back with Tampa (by hand)", { type: "serving", serving: { team: TAMPA, why: "home" }, reason: "hand", note: "x", by: "bo" }],
  ["Back with Tampa (a new home team)", { type: "serving", serving: { team: TAMPA, why: "home" }, reason: "new home team" }],
  ["Tampa covers (closed at the moment)", { type: "serving", serving: { team: TAMPA, why: "cover" }, reason: "policy" }],
  ["Tampa covers (toString)", { type: "serving", serving: { team: TAMPA, why: "cover" }, reason: "toString", by: "bo" }],
  ["Home team: Tampa", { type: "pin", team: TAMPA }],
  ["Rated 4 of 5: quick", { type: "rating", rating: { score: 4, comment: "quick" } }],
  ["Rated 4 of 5", { type: "rating", rating: { score: 4 } }],
  ["", { type: "weather" }],
]) {
  test(`a mark says: ${expected || "nothing of what is unknown"}`, () => {
    assert.equal(markText({ seq: 1, at: ago(0), ...item }, say, TIMES), expected);
  });
}

test("spans are told in one unit", () => {
  const minutes = [0, 0.9, 1, 59, 60, 60 * 23, 60 * 24, 60 * 24 * 9];
  assert.deepEqual(minutes.map((n) => TIMES.span(n * 60_000)), [
    "0 min", "0 min", "1 min", "59 min", "1 hr", "23 hr", "1 day", "9 days",
  ]);
});

test("near times are clocks, far ones dates, and a zone that is none is nothing", () => {
  assert.equal(TIMES.near(ago(5), NOON), "11:55 AM");
  assert.equal(TIMES.near(ago(60 * 24), NOON), "Nov 21");
  assert.equal(TIMES.near(ago(60 * 24 * 400), NOON), "Oct 18, 2025");
  assert.equal(TIMES.soon(ago(-5), NOON), "12:05 PM");
  assert.equal(TIMES.soon(ago(-60 * 24), NOON), "Mon 12:00 PM");
  assert.equal(TIMES.soon(ago(-60 * 24 * 9), NOON), "Dec 1, 12:00 PM");
  assert.equal(TIMES.there("America/Los_Angeles", NOON), "Sun 4:00 AM");
  assert.equal(TIMES.due(ago(0)), "Sunday, November 22 at 12:00 PM");
  assert.equal(TIMES.both(ago(0), "UTC"), TIMES.due(ago(0)));
  assert.equal(TIMES.both(ago(0), undefined), TIMES.due(ago(0)));
  assert.match(TIMES.both(ago(0), "America/Los_Angeles"), / \(America\/Los_Angeles: Sun 4:00 AM\)$/);
  assert.equal(TIMES.there("Nowhere/At_All", NOON), null);
  assert.equal(timesIn("de", "UTC").clock(ago(5)), "11:55");
});

test("every offered snooze is in the future, and the week's begins on Monday", () => {
  for (let day = 1; day <= 7; day += 1) {
    const now = new Date(2026, 10, day, 23, 30);
    const offered = snoozes(now).filter(({ until }) => until !== "opening");
    assert.ok(offered.every(({ until }) => Date.parse(until) > now.getTime()));
    const week = new Date(offered.find(({ word }) => word === "snooze.week").until);
    assert.deepEqual([week.getDay(), week.getHours()], [1, 9]);
  }
});

test("texts are filled, counted, and fall back to English", () => {
  assert.equal(say("row.unread", { count: 1 }), "1 unread message");
  assert.equal(say("view.count", { count: 1234 }), "1,234 threads");
  assert.equal(told({}, "es", "dialog.close"), "Close");
  assert.throws(() => say("no.such.text"), /no\.such\.text/);
});

test("the language is the chosen one, else the browser's dearest that there is", () => {
  assert.equal(languageOf("ko", ["en-US"]), "ko");
  assert.equal(languageOf("auto", ["fr-CA", "ja-JP", "en"]), "ja");
  assert.equal(languageOf("auto", ["fr"]), "en");
  assert.equal(languageOf("xx", ["es-419"]), "es");
});
