/** Drafts: what is kept, what is not, and how one with files goes out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PinboxClient } from "../src/client.js";
import { makeDraft } from "../src/draft.js";
import { readItem } from "../src/wire.js";
import { MemoryStore } from "../src/stores/memory.js";
import { TestClock } from "./clock.js";
import { Stage } from "./stage.js";

const ids = (count) => Array.from({ length: count }, (_, n) => `u${n}`);

test("a draft says only what was said", () => {
  assert.deepEqual(makeDraft("hi", { clientId: "c1", attachments: [] }), {
    client_id: "c1",
    body: "hi",
  });
  const attachments = ids(16);
  const draft = makeDraft("", { clientId: "c1", urgent: true, attachments });
  attachments.pop();
  assert.deepEqual(draft, { client_id: "c1", body: "", attachments: ids(16), urgent: true });
});

test("what no server takes is refused at once, and not kept", { timeout: 5000 }, async (t) => {
  const store = new MemoryStore();
  const client = new PinboxClient("http://stage", "t1", { store, fetch: assert.fail });
  // Where it is kept after all, `send` waits for ever: the test must end all the same.
  t.after(() => client.close());
  for (const attachments of [ids(17), [new Blob(["x"])], [{ id: "u1" }]]) {
    await assert.rejects(client.post("hi", { attachments }), { code: "bad_request" });
    await assert.rejects(client.send("hi", { attachments }), { code: "bad_request" });
  }
  assert.deepEqual([await client.pending(), await client.refused()], [[], []]);
});

const WELCOME = { type: "welcome", connection: "c", epoch: "0a0b0c0d", ping_s: 20, pong_s: 10 };
const MESSAGE = { id: "m1", seq: 3, body: "", attachments: ["u1"], files: [{ id: "u1" }] };
const DRAFT = { client_id: "c1", body: "", attachments: ["u1"] };
const SENT = { clientId: "c1", attachments: ["u1"] };

/** What a send came to, on a stage. */
async function sent(play, { live }) {
  const [clock, store] = [new TestClock(), new MemoryStore()];
  const stage = new Stage(play, { act: () => {}, clock });
  const { WebSocket, fetch } = stage;
  const given = { store, clock, WebSocket, fetch, pace: { base_s: 0.01 } };
  const client = new PinboxClient("http://stage", "t1", given);
  if (live) client.connect();
  let found;
  client.send("", SENT).then((answer) => (found = answer));
  for (let n = 0; n < 50 && found === undefined; n += 1) await clock.step();
  assert.deepEqual(stage.faults, []);
  assert.deepEqual(await client.pending(), []);
  await client.close();
  return found;
}

test("an empty message with files goes out by HTTP, and again with the same ids", async () => {
  const call = "POST /v1/thread/messages";
  const choice = { state: "open", until: "2026-11-22T16:00:00.000Z" };
  const play = {
    http: [
      { call, body: DRAFT, answer: { cut: true } },
      { call, body: DRAFT, answer: { status: 200, body: { message: MESSAGE, choice } } },
    ],
  };
  const answer = await sent(play, { live: false });
  assert.deepEqual(answer, { message: MESSAGE, choice, duplicate: true });
});

test("an empty message with files goes out by the socket", async () => {
  const choice = { state: "open", until: "2026-11-22T16:00:00.000Z" };
  const ok = { type: "ok", id: "$id", message: MESSAGE, duplicate: false, promise: null, choice };
  const live = { type: "live", stream: "thread", cursor: "0a0b0c0d:2" };
  const play = {
    connections: [
      [
        { hear: { type: "hello" } },
        { say: WELCOME },
        { say: live },
        { hear: { type: "send", ...DRAFT } },
        { say: ok },
        { left: true },
      ],
    ],
  };
  const answer = await sent(play, { live: true });
  assert.deepEqual(answer, { message: MESSAGE, duplicate: false, promise: null, choice });
});

test("the same client_id with other files is another message", async () => {
  const fetch = async () => new Promise(() => {});
  // By the machine's clock the process would stay until the request is given up.
  const client = new PinboxClient("http://stage", "t1", { fetch, clock: new TestClock() });
  await client.post("", SENT);
  await client.post("", SENT);
  const other = { clientId: "c1", attachments: ["u2"] };
  await assert.rejects(client.post("", other), { code: "conflict" });
  assert.deepEqual(await client.pending(), [DRAFT]);
  await client.close();
});

const AT = { seq: 1, at: "2026-11-22T10:00:00.000Z" };

test("what a customer decides comes as events, and nothing misshapen does", () => {
  const good = [
    { ...AT, type: "choice", choice: { state: "open", until: AT.at } },
    { ...AT, type: "care", care: { preference: "general" } },
    { ...AT, type: "callback", callback: { id: "cb1", state: "due" } },
    { ...AT, type: "rating", rating: { conversation: 1, score: 4 } },
  ];
  for (const item of good) {
    assert.equal(readItem(item), item);
    assert.equal(readItem({ ...AT, type: item.type }), null);
    assert.equal(readItem({ ...AT, type: item.type, [item.type]: "odd" }), null);
  }
  assert.equal(readItem({ ...AT, type: "hologram", hologram: {} }), null);
});
