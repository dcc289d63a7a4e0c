/** The link's rules that no play can see: how long it waits, and what hastens it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Places } from "../src/feed.js";
import { Link } from "../src/link.js";
import { PACE } from "../src/pace.js";
import { PinboxError } from "../src/problems.js";

const WELCOME = { type: "welcome", connection: "c1", epoch: "0a0b0c0d", ping_s: 20, pong_s: 10 };
const EVENTS = { type: "events", stream: "thread", items: [], more: false };
const SENT = { message: { id: "m1" }, duplicate: false };

/** A link that is told what happened, on a clock that stands until it is moved. */
class Stand {
  now = 0;
  link = new Link({ feed: new Places({ cursor: "0a0b0c0d:0" }), pace: PACE, chance: () => 0.5 });

  tell(happened) {
    const acts = this.link.handle(happened, this.now);
    return acts.map(({ do: act, frame }) => frame?.type ?? act);
  }

  hear(frame) {
    return this.tell({ is: "heard", data: JSON.stringify(frame) });
  }

  /** Let time pass to the next moment that the link waits for; gives seconds, and what it did. */
  wake() {
    const waited = (this.link.wakeAt - this.now) / 1000;
    this.now = this.link.wakeAt;
    return [waited, ...this.tell({ is: "tick" })];
  }

  open() {
    this.tell({ is: "token", token: "t1", renewAt: Infinity });
    this.tell({ is: "opened" });
    return this.hear(WELCOME);
  }

  lose(code = 1006) {
    return this.tell({ is: "closed", code });
  }
}

function started() {
  const stand = new Stand();
  stand.tell({ is: "start" });
  return stand;
}

test("the first try waits too, later ones twice as long up to the cap", () => {
  const stand = started();
  const waits = [];
  for (let n = 0; n < 9; n += 1) {
    waits.push(stand.wake()[0]);
    stand.tell({ is: "token", token: "t1", renewAt: Infinity });
    stand.tell({ is: "opened" });
    stand.lose();
  }
  assert.deepEqual(waits, [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]);
});

test("a line that has caught up or brought something sets the waits back", () => {
  for (const frame of [
    { type: "live", stream: "thread", cursor: "0a0b0c0d:0" },
    { ...EVENTS, since: "0a0b0c0d:0", until: "0a0b0c0d:1" },
  ]) {
    const stand = started();
    for (let n = 0; n < 5; n += 1) {
      stand.wake();
      stand.tell({ is: "no_token", error: new PinboxError("unreachable") });
    }
    stand.wake();
    stand.open();
    stand.hear(frame);
    stand.lose();
    assert.equal(stand.wake()[0], 0.25);
  }
});

test("what waited for the network is told when it is there, by socket and by poll", () => {
  const stand = started();
  stand.wake();
  stand.open();
  const live = { type: "live", stream: "thread", cursor: "0a0b0c0d:0" };
  assert.deepEqual(stand.hear(live), ["caught_up"]);
  stand.lose();
  stand.wake();
  stand.tell({ is: "token", token: "t1", renewAt: Infinity });
  stand.tell({ is: "closed", code: 1006, hopeless: true });
  const range = { ...EVENTS, since: "0a0b0c0d:0", until: "0a0b0c0d:1" };
  assert.deepEqual(stand.tell({ is: "polled", range }), ["caught_up", "poll"]);
});

test("a welcome alone sets no wait back", () => {
  const stand = started();
  stand.wake();
  stand.open();
  stand.lose();
  assert.equal(stand.wake()[0], 0.5);
});

test("sockets are given up after three failures in a row; a welcome counts anew", () => {
  const stand = started();
  const fail = () => {
    stand.wake();
    stand.tell({ is: "token", token: "t1", renewAt: Infinity });
    return stand.lose();
  };
  assert.deepEqual([...fail(), ...fail()], []);
  stand.wake();
  stand.open();
  stand.lose();
  assert.deepEqual([...fail(), ...fail()], []);
  assert.deepEqual(fail(), ["poll"]);
  assert.deepEqual(stand.wake(), [60, "unpoll"]);
});

test("without any sockets it polls at once and does not try for one", () => {
  const stand = started();
  stand.wake();
  stand.tell({ is: "token", token: "t1", renewAt: Infinity });
  assert.deepEqual(stand.tell({ is: "closed", code: 1006, hopeless: true }), ["poll"]);
  assert.equal(stand.link.wakeAt, Infinity);
});

test("an answer to a poll that was given up changes nothing", () => {
  const stand = started();
  const range = { since: "0a0b0c0d:5", until: "0a0b0c0d:6", items: [], more: false };
  stand.wake();
  stand.open();
  assert.deepEqual(stand.tell({ is: "polled", range }), []);
  assert.deepEqual(stand.tell({ is: "not_polled", error: new PinboxError("unauthorized") }), []);
  assert.ok(stand.link.connected);
});

test("a network that is back hastens the next try, but never before a Retry-After", () => {
  const stand = started();
  const fail = (retryAfter) => {
    stand.wake();
    stand.tell({ is: "no_token", error: new PinboxError("overloaded", "", { retryAfter }) });
  };
  for (let n = 0; n < 6; n += 1) fail(0);
  stand.tell({ is: "hurry" });
  assert.equal(stand.wake()[0], 0.25);
  stand.tell({ is: "no_token", error: new PinboxError("overloaded", "", { retryAfter: 20 }) });
  stand.tell({ is: "hurry" });
  assert.equal(stand.wake()[0], 20.25);
});

test("a peer that is silent for ping_s + pong_s is left; each frame counts", () => {
  const stand = started();
  stand.wake();
  stand.open();
  stand.now += 29_000;
  assert.deepEqual(stand.hear({ type: "ping" }), ["pong"]);
  assert.deepEqual(stand.wake(), [30, "leave"]);
});

test("a send without an answer is given up after the time for requests, the line stays", () => {
  const stand = started();
  stand.wake();
  stand.open();
  const draft = { client_id: "c1", body: "hello" };
  assert.deepEqual(stand.tell({ is: "send", draft }), ["send"]);
  stand.now += 20_000;
  stand.hear({ type: "ping" });
  assert.deepEqual(stand.wake(), [10, "unsent"]);
  assert.deepEqual(stand.hear({ type: "ok", id: "s1", ...SENT }), []);
  assert.ok(stand.link.connected);
});

test("a token that cannot be had now leaves an open line alone, and is asked for again", () => {
  const stand = started();
  stand.wake();
  stand.tell({ is: "token", token: "t1", renewAt: 10_000 });
  stand.tell({ is: "opened" });
  stand.hear(WELCOME);
  assert.deepEqual(stand.wake().slice(1), ["sign"]);
  assert.deepEqual(stand.tell({ is: "no_token", error: new PinboxError("unreachable") }), []);
  assert.deepEqual(stand.wake(), [1.5, "sign"]);
  assert.deepEqual(stand.tell({ is: "token", token: "t2", renewAt: Infinity }), ["token"]);
});

test("a source that gives the same old token is not asked without pause", () => {
  const stand = started();
  stand.wake();
  stand.tell({ is: "token", token: "t1", renewAt: stand.now - 1 });
  stand.tell({ is: "opened" });
  stand.hear(WELCOME);
  assert.deepEqual(stand.wake(), [0.5, "sign"]);
});

test("after the end nothing is said any more, and sends are told so", () => {
  const stand = started();
  stand.wake();
  stand.open();
  assert.deepEqual(stand.lose(4503), ["leave", "end"]);
  assert.equal(stand.link.wakeAt, Infinity);
  assert.deepEqual(stand.tell({ is: "hurry" }), []);
  const draft = { client_id: "c1", body: "hello" };
  assert.deepEqual(stand.tell({ is: "send", draft }), ["unsent"]);
});

test("numbers that are none end the line, not the client", () => {
  for (const frame of [
    { ...WELCOME, ping_s: "soon" },
    { type: "drain" },
    { type: "reset", stream: "thread", reason: "too_far" },
  ]) {
    const stand = started();
    stand.wake();
    if (frame.type === "welcome") {
      stand.tell({ is: "token", token: "t1", renewAt: Infinity });
      stand.tell({ is: "opened" });
    } else stand.open();
    assert.deepEqual(stand.hear(frame), ["leave"]);
    assert.ok(Number.isFinite(stand.link.wakeAt));
  }
});

test("a desk follows its teams' streams on one line, signed in by the browser's session", () => {
  const feeds = new Map(
    ["team:a", "team:b"].map((name, n) => [name, new Places({ cursor: `0a0b0c0d:${n}` })]),
  );
  const [feed] = feeds.values();
  const link = new Link({ feed, feeds, pace: PACE, chance: () => 0.5 });
  const hear = (frame) => link.handle({ is: "heard", data: JSON.stringify(frame) }, 0);
  link.handle({ is: "start" }, 0);
  link.handle({ is: "tick" }, link.wakeAt);
  link.handle({ is: "token", token: "", renewAt: Infinity }, 0);
  const [hello] = link.handle({ is: "opened" }, 0);
  assert.deepEqual(hello.frame, {
    type: "hello",
    streams: [
      { stream: "team:a", since: "0a0b0c0d:0" },
      { stream: "team:b", since: "0a0b0c0d:1" },
    ],
  });

  hear(WELCOME);
  hear({ ...EVENTS, stream: "team:b", since: "0a0b0c0d:1", until: "0a0b0c0d:4" });
  hear({ ...EVENTS, stream: "team:c", since: "0a0b0c0d:7", until: "0a0b0c0d:9" });
  assert.deepEqual([...feeds.values()].map(({ cursor }) => cursor), ["0a0b0c0d:0", "0a0b0c0d:4"]);
  const viewing = { type: "viewing", thread: "t1", on: true };
  assert.deepEqual(link.handle({ is: "say", frame: viewing }, 0), [{ do: "say", frame: viewing }]);

  const acts = hear({ ...EVENTS, stream: "team:a", since: "0a0b0c0d:3", until: "0a0b0c0d:5" });
  assert.deepEqual(acts.map(({ do: act }) => act), ["leave"], "a gap in any of them is a gap");
});
