/** The whole client on a stage of its own: how it begins, whose it is, who hears what and when. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Alarm } from "../src/clock.js";
import { PinboxClient } from "../src/client.js";
import { MemoryStore } from "../src/stores/memory.js";
import { TestClock } from "./clock.js";
import { Stage } from "./stage.js";

const AT = "2026-11-22T10:00:00.000Z";
const THREAD = { thread: "th1", team: { id: "te1" }, cursor: "0a0b0c0d:7", head: 7, unread: 0 };
const WELCOME = { type: "welcome", connection: "c", epoch: "0a0b0c0d", ping_s: 20, pong_s: 10 };

const read = (seq) => ({ seq, type: "read", at: AT, who: "agent", upto: 1 });
const events = (since, until, ...items) => ({
  say: {
    type: "events",
    stream: "thread",
    since: `0a0b0c0d:${since}`,
    until: `0a0b0c0d:${until}`,
    items,
    more: false,
  },
});

/** A client on a stage, and the store that it keeps. */
function set(play, token = "t1", options = {}) {
  const [clock, store] = [new TestClock(), options.store ?? new MemoryStore()];
  const stage = new Stage(play, { act: () => {}, clock });
  const { WebSocket, fetch } = stage;
  const given = { store, clock, WebSocket, fetch, pace: { base_s: 0.01 }, ...options };
  return { clock, store, stage, client: new PinboxClient("http://stage", token, given) };
}

function token(sub) {
  return `x.${Buffer.from(JSON.stringify({ sub })).toString("base64url")}.x`;
}

async function steps(clock, number) {
  for (let n = 0; n < number; n += 1) await clock.step();
}

test("who begins now gets what stands, follows from there, and stores no place", async () => {
  const hello = { hear: { type: "hello", streams: [{ stream: "thread", since: "0a0b0c0d:7" }] } };
  const play = {
    connections: [[hello, { say: WELCOME }, events(7, 8, read(8))]],
    http: [
      { call: "GET /v1/thread", answer: { status: 503, body: { code: "overloaded" } } },
      { call: "GET /v1/thread", answer: { body: THREAD } },
      { call: "GET /v1/thread/messages", answer: { body: { items: [{ id: "m7" }], next: null } } },
    ],
  };
  const { clock, store, stage, client } = set(play, "t1", { begin: "now" });
  const seen = [];
  client.addEventListener("event", (event) => void seen.push(event));
  await steps(clock, 2);
  assert.deepEqual(stage.faults, []);
  assert.ok(stage.played);
  const [reset, after] = seen;
  assert.deepEqual([reset.type, reset.reason, reset.cursor], ["reset", "begin", THREAD.cursor]);
  assert.deepEqual([reset.thread, reset.messages], [THREAD, [{ id: "m7" }]]);
  assert.equal(after.seq, 8);
  await client.close();
  assert.equal(await store.get("place"), undefined);
});

test("somebody else's token touches neither the store nor the server", async () => {
  const store = new MemoryStore();
  await store.set("owner", "ana");
  const fixed = set({}, token("luis"), { store });
  await assert.rejects(fixed.client.send("hello"), { code: "unauthorized" });
  await assert.rejects(fixed.client.events().next(), { code: "unauthorized" });
  const source = set({}, () => token("luis"), { store });
  const ended = new Promise((resolve) => source.client.addEventListener("end", resolve));
  const next = assert.rejects(source.client.events().next(), { code: "unauthorized" });
  await steps(source.clock, 2);
  assert.equal((await ended).code, "unauthorized");
  await next;
  assert.deepEqual([...fixed.stage.faults, ...source.stage.faults], []);
  await source.client.close();
});

test("calls that are refused at one time share one new token", async () => {
  const refused = { status: 401, body: { code: "unauthorized" } };
  const call = (name, given, answer) => ({ call: name, token: given, answer });
  const play = {
    http: [
      call("GET /v1/team", "t1", refused),
      call("GET /v1/thread", "t1", refused),
      call("GET /v1/team", "t2", { body: { name: "Spokane" } }),
      call("GET /v1/thread", "t2", { body: THREAD }),
    ],
  };
  let asked = 0;
  const { stage, client } = set(play, () => `t${(asked += 1)}`);
  const [team, thread] = await Promise.all([client.team(), client.thread()]);
  assert.deepEqual([team.name, thread.head, asked, stage.faults], ["Spokane", 7, 2, []]);
  await client.close();
});

test("a listener has the next event when it is done with the one before", async () => {
  const play = { connections: [[{ hear: {} }, { say: WELCOME }, events(0, 2, read(1), read(2))]] };
  const { clock, store, client } = set(play);
  const seen = [];
  let done = () => {};
  client.addEventListener("event", ({ seq }) => {
    seen.push(seq);
    return new Promise((resolve) => (done = resolve));
  });
  await steps(clock, 2);
  assert.deepEqual(seen, [1]);
  done();
  await clock.settle();
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual((await store.get("place")).done, { epoch: "0a0b0c0d", seq: 1 });
  await client.close({ again: true });
  assert.deepEqual((await store.get("place")).done, { epoch: "0a0b0c0d", seq: 1 });
});

test("a listener that fails is told of, and harms no other one", async (context) => {
  const complaint = context.mock.method(console, "error", () => {});
  const play = { connections: [[{ hear: {} }, { say: WELCOME }, events(0, 2, read(1), read(2))]] };
  const { clock, client } = set(play);
  const seen = [];
  client.addEventListener("event", () => {
    throw new Error("mine");
  });
  client.addEventListener("event", ({ seq }) => void seen.push(seq));
  await steps(clock, 2);
  assert.deepEqual(seen, [1, 2]);
  assert.equal(complaint.mock.callCount(), 2);
  await client.close();
});

test("an address that is none is told at once", () => {
  for (const url of ["care.example.com", "ws://care.example.com", "https://", ""]) {
    assert.throws(() => new PinboxClient(url, "t1"), TypeError);
  }
});

test("an alarm rings at the time that was set last, or never", async () => {
  const clock = new TestClock();
  await clock.pass(1000);
  const rung = [];
  const alarm = new Alarm(clock, () => rung.push(clock.now()));
  alarm.set(1200);
  alarm.set(1050);
  await clock.pass(500);
  alarm.set(1600);
  alarm.set(Infinity);
  await clock.pass(500);
  assert.deepEqual(rung, [1050]);
});
