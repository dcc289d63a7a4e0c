/** The desk's lists are those of the server, whatever happens. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { VIEWS, belongs, compare, listed, nextNeeding } from "../../../agents_ui/core/views.js";
import { BO, TAMPA, ago, message, thread } from "./cast.js";

const MINE = { assignee: { id: "bo", name: "Bo" } };
const THEIRS = { assignee: { id: "kim", name: "Kim" } };
const SNOOZED = { status: { state: "snoozed", conversation: 1, until: ago(-60) } };
const RESOLVED = { status: { state: "resolved", conversation: 1 }, waiting_since: null };

for (const [what, change, views] of [
  ["waits and nobody has it", {}, ["waiting", "team", "all"]],
  ["is answered and nobody has it", { waiting_since: null }, ["team", "all"]],
  ["is mine", MINE, ["mine", "team", "all"]],
  ["is another's", THEIRS, ["team", "all"]],
  ["is mine and snoozed", { ...MINE, ...SNOOZED }, ["mine", "all", "snoozed"]],
  ["is mine and resolved", { ...MINE, ...RESOLVED }, ["all"]],
  ["is served elsewhere", { serving: { team: TAMPA, why: "bounce" } }, ["all"]],
  ["is mine elsewhere", { ...MINE, serving: { team: TAMPA, why: "bounce" } }, ["mine", "all"]],
  ["has no conversation yet", { status: null, last_message: null }, []],
]) {
  test(`what ${what} is in ${views.join(", ") || "no list"}`, () => {
    const one = thread("ana", change);
    assert.deepEqual(VIEWS.filter((view) => belongs(view, one, BO)), views);
  });
}

test("who waits longest comes first, and those who do not wait last, by id", () => {
  const threads = [
    thread("d", { waiting_since: null }),
    thread("b", { waiting_since: ago(5) }),
    thread("a", { waiting_since: null }),
    thread("c", { waiting_since: ago(60) }),
  ];
  assert.deepEqual(listed("team", threads, BO, null).map(({ id }) => id), ["c", "b", "a", "d"]);
});

test("all begins with the newest message, and of one moment with the higher id", () => {
  const threads = [
    thread("a", { last_message: message("x", { minutes: 5 }) }),
    thread("b", { last_message: message("x", { minutes: 1 }) }),
    thread("c", { last_message: message("x", { minutes: 5 }) }),
  ];
  assert.deepEqual(listed("all", threads, BO, null).map(({ id }) => id), ["b", "c", "a"]);
});

test("snoozed begins with the next to wake", () => {
  const until = (minutes) => ({ status: { ...SNOOZED.status, until: ago(-minutes) } });
  const threads = [thread("a", until(90)), thread("b", until(30))];
  assert.deepEqual(listed("snoozed", threads, BO, null).map(({ id }) => id), ["b", "a"]);
});

test("what stands beyond the last loaded page waits for its page", () => {
  const last = thread("b", { waiting_since: ago(30) });
  const threads = [
    last,
    thread("a", { waiting_since: ago(60) }),
    thread("c", { waiting_since: ago(5) }),
  ];
  assert.deepEqual(listed("waiting", threads, BO, last).map(({ id }) => id), ["a", "b"]);
  assert.equal(listed("waiting", threads, BO, null).length, 3);
});

test("each order is one: whatever two are compared, one is before the other", () => {
  const threads = ["a", "b", "c"].flatMap((id) => [
    thread(id),
    thread(`${id}1`, { waiting_since: null }),
    thread(`${id}2`, { waiting_since: ago(3), last_message: message("y", { minutes: 9 }) }),
  ]);
  for (const view of VIEWS) {
    for (const one of threads) {
      for (const other of threads) {
        const order = compare(view, one, other);
        assert.equal(order, one === other ? 0 : -compare(view, other, one));
        assert.equal(order === 0, one === other);
      }
    }
  }
});

test("the next that needs me is mine before the queue's, the longest waiting first", () => {
  const mine = thread("a", { ...MINE, waiting_since: ago(1) });
  const older = thread("b", { ...MINE, waiting_since: ago(2) });
  const queued = thread("c", { waiting_since: ago(90) });
  const asleep = thread("d", { ...MINE, ...SNOOZED, waiting_since: ago(99) });
  const all = [mine, older, queued, asleep, thread("e", THEIRS)];
  assert.equal(nextNeeding(all, BO, null)?.id, "b");
  assert.equal(nextNeeding(all, BO, "b")?.id, "a");
  assert.equal(nextNeeding([queued, asleep], BO, null)?.id, "c");
  assert.equal(nextNeeding([queued], BO, "c"), null);
});
