/** Every store keeps its word, and the journal on top of it too. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Journal } from "../src/journal.js";
import { FileStore } from "../src/stores/file.js";
import { KeyValueStore } from "../src/stores/keyvalue.js";
import { MemoryStore } from "../src/stores/memory.js";
import { TestClock } from "./clock.js";

/** The browser's localStorage, as far as a store uses it. */
function localStorage() {
  const kept = new Map([["stranger", "not ours"]]);
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    key: (n) => [...kept.keys()][n] ?? null,
    get length() {
      return kept.size;
    },
  };
}

/** React Native's AsyncStorage, likewise. */
function asyncStorage() {
  const kept = new Map();
  return {
    getItem: async (key) => kept.get(key) ?? null,
    setItem: async (key, value) => void kept.set(key, value),
    removeItem: async (key) => void kept.delete(key),
    getAllKeys: async () => [...kept.keys()],
  };
}

const path = () => join(mkdtempSync(join(tmpdir(), "pinbox-")), "store.json");

/** How to open the same store again. */
const STORES = {
  memory: () => {
    const store = new MemoryStore();
    return () => store;
  },
  localStorage: () => {
    const storage = localStorage();
    return () => new KeyValueStore(storage);
  },
  asyncStorage: () => {
    const storage = asyncStorage();
    return () => new KeyValueStore(storage);
  },
  file: () => {
    const file = path();
    return () => new FileStore(file);
  },
};

for (const [name, make] of Object.entries(STORES)) {
  test(`${name}: what is set is there, also when it is opened again`, async () => {
    const open = make();
    let store = open();
    assert.equal(await store.get("place"), undefined);
    await store.set("place", { cursor: "a:1" });
    await store.set("draft/2", "two", { durable: true });
    await store.set("draft/1", "one", { durable: true });
    await store.set("draft/3", "three");
    await store.delete("draft/3");
    await store.delete("draft/4");
    await store.close?.();
    store = open();
    assert.deepEqual(await store.get("place"), { cursor: "a:1" });
    assert.deepEqual(await store.list("draft/"), [
      { key: "draft/1", value: "one" },
      { key: "draft/2", value: "two" },
    ]);
    await store.close?.();
  });

  test(`${name}: what was read is the reader's own`, async () => {
    const store = make()();
    await store.set("place", { cursor: "a:1" });
    (await store.get("place")).cursor = "b:2";
    assert.deepEqual(await store.get("place"), { cursor: "a:1" });
    await store.close?.();
  });

  test(`${name}: drafts stay in order, each once`, async () => {
    const store = make()();
    const clock = new TestClock();
    const journal = new Journal(store, clock);
    const draft = (n) => ({ client_id: `c${n}`, body: `line ${n}` });
    await Promise.all([1, 2, 3].map((n) => journal.keep(draft(n))));
    clock.wall = () => 0; // the clock steps back
    await journal.keep(draft(4));
    await journal.keep(draft(2));
    await assert.rejects(journal.keep({ client_id: "c2", body: "else" }), { code: "conflict" });
    await journal.drop("c1");
    await journal.refuse("c3", { code: "too_large", detail: "" });
    assert.deepEqual(await journal.drafts(), [draft(2), draft(4)]);
    const refused = { draft: draft(3), code: "too_large", detail: "" };
    assert.deepEqual(await journal.refused(), [refused]);
    await journal.keep(draft(3));
    assert.deepEqual(await journal.drafts(), [draft(2), draft(3), draft(4)]);
    assert.deepEqual(await journal.refused(), []);
    await store.close?.();
  });

  test(`${name}: a store is one person's`, async () => {
    const store = make()();
    const journal = new Journal(store, new TestClock());
    await journal.claim("ana");
    await journal.claim("ana");
    await assert.rejects(journal.claim("luis"), { code: "unauthorized" });
    await store.close?.();
  });
}

test("two stores of one storage know nothing of each other", async () => {
  const storage = localStorage();
  await new KeyValueStore(storage, "ana").set("owner", "ana");
  assert.equal(await new KeyValueStore(storage, "luis").get("owner"), undefined);
});

test("a file is held by one process, and not by one that is dead", async () => {
  const file = path();
  const first = new FileStore(file);
  await first.set("owner", "ana");
  await assert.rejects(new FileStore(file).get("owner"), /in use/);
  await first.close();
  await assert.rejects(first.get("owner"), /closed/);
  writeFileSync(`${file}.lock`, "999999999");
  const second = new FileStore(file);
  assert.equal(await second.get("owner"), "ana");
  await second.close();
});

test("a file that is none of ours is left alone", async () => {
  const file = path();
  writeFileSync(file, "my diary");
  await assert.rejects(new FileStore(file).get("owner"), /is no store/);
  assert.equal(readFileSync(file, "utf8"), "my diary");
});
