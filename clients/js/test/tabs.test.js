/** Two tabs of one browser on one store: one sends, both know. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PinboxClient } from "../src/client.js";
import { KeyValueStore } from "../src/stores/keyvalue.js";
import { MemoryStore } from "../src/stores/memory.js";

/** Web Locks, as far as tabs use them. */
class Locks {
  #last = new Map();

  async request(name, { signal }, held) {
    const former = this.#last.get(name) ?? Promise.resolve();
    const turn = former.then(() => (signal.aborted ? undefined : held()));
    this.#last.set(name, turn.catch(() => {}));
    await turn;
  }
}

const given = Object.getOwnPropertyDescriptor(globalThis, "navigator");
const ours = { value: { locks: new Locks() }, configurable: true };
before(() => Object.defineProperty(globalThis, "navigator", ours));
after(() => Object.defineProperty(globalThis, "navigator", given ?? { value: undefined }));

/** A server that stores each `client_id` once, and answers when it is let. */
class Letterbox {
  stored = [];
  posts = 0;
  gate = Promise.resolve();

  fetch = async (_, { body }) => {
    this.posts += 1;
    await this.gate;
    const { client_id, body: text } = JSON.parse(body);
    const known = this.stored.includes(client_id);
    if (!known) this.stored.push(client_id);
    const message = { id: client_id, client_id, body: text };
    return new Response(JSON.stringify({ message }), { status: known ? 200 : 201 });
  };
}

function storage() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    getAllKeys: async () => [...kept.keys()],
  };
}

let browsers = 0;

/** A browser whose tabs share a store and reach one letterbox. */
function browser(shared = storage()) {
  const [box, name] = [new Letterbox(), `browser-${(browsers += 1)}`];
  const tab = () =>
    new PinboxClient("http://server", "t1", {
      store: new KeyValueStore(shared, name),
      fetch: box.fetch,
      pace: { base_s: 0.001 },
    });
  return { box, tab };
}

test("what both write goes out once, one at a time, and each learns of its own", async () => {
  const { box, tab } = browser();
  const [one, two] = [tab(), tab()];
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  const sent = await Promise.all(
    lines.map((line, n) => (n % 2 ? one : two).send(line, { clientId: `c${n}` })),
  );
  const bodies = sent.map(({ message }) => message.body);
  assert.deepEqual(bodies, lines);
  assert.equal(box.stored.length, 20);
  assert.equal(box.posts, 20);
  await Promise.all([one.close(), two.close()]);
});

test("when the tab that sends goes, the next one goes on", async () => {
  const { box, tab } = browser();
  let open;
  box.gate = new Promise((resolve) => (open = resolve));
  const one = tab();
  await one.post("first", { clientId: "c1" });
  const two = tab();
  const second = two.send("second", { clientId: "c2" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(box.posts, 1);
  await one.close();
  open();
  assert.equal((await second).message.body, "second");
  assert.deepEqual(box.stored, ["c1", "c2"]);
  await two.close();
});

test("an outcome that the tab which sent could not tell any more is asked for again", async () => {
  const shared = storage();
  const { box, tab } = browser(shared);
  let open;
  box.gate = new Promise((resolve) => (open = resolve));
  const one = tab();
  await one.post("first", { clientId: "c1" });
  const two = tab();
  const second = two.send("second", { clientId: "c2" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  // As if it were sent and forgotten, and its tab gone in that moment.
  box.stored.push("c2");
  for (const key of await shared.getAllKeys()) if (key.endsWith("/c2")) shared.removeItem(key);
  await one.close();
  open();
  assert.equal((await second).duplicate, true);
  await two.close();
});

test("a client that is closed has written all that it will write", async () => {
  const { box } = browser();
  const store = new MemoryStore();
  const forget = store.delete.bind(store);
  let [began, ended] = [() => {}, false];
  const begun = new Promise((resolve) => (began = resolve));
  store.delete = async (key) => {
    began();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await forget(key);
    ended = true;
  };
  const client = new PinboxClient("http://server", "t1", { store, fetch: box.fetch });
  await client.post("first");
  await begun;
  await client.close();
  assert.ok(ended);
});
