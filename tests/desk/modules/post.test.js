/** What an agent writes leaves once and in order, and outlives the page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PACE } from "../../../agents_ui/lib/pace.js";
import { PinboxError, unreachable } from "../../../agents_ui/lib/problems.js";
import { forced, newEntry } from "../../../agents_ui/outbox/entry.js";
import { Post } from "../../../agents_ui/outbox/post.js";
import { Shelf } from "../../../agents_ui/outbox/shelf.js";
import { TestClock } from "../../../clients/js/test/clock.js";

const BO = { kind: "agent", id: "bo", name: "Bo" };

/** A browser's storage. */
class Storage {
  items = new Map();
  full = false;
  get length() {
    return this.items.size;
  }
  key = (n) => [...this.items.keys()][n] ?? null;
  getItem = (name) => this.items.get(name) ?? null;
  removeItem = (name) => void this.items.delete(name);
  setItem(name, value) {
    if (this.full) throw new Error("full");
    this.items.set(name, value);
  }
}

/** A page with its outbox, and a server whose answers are told beforehand. */
class Page {
  clock = new TestClock();
  asked = [];
  sent = [];
  refused = [];
  entries = [];
  answers = [];

  constructor(storage = new Storage(), agent = "bo") {
    this.storage = storage;
    this.post = new Post({
      shelf: new Shelf(storage, agent),
      pace: PACE,
      clock: this.clock,
      chance: () => 0.5,
      send: (entry) => this.#answer(entry),
      sent: (entry) => this.sent.push(entry.body),
      refused: (entry) => this.refused.push(entry),
      changed: (entries) => (this.entries = entries),
    });
    this.post.resume();
  }

  async #answer(entry) {
    this.asked.push(entry);
    const answer = this.answers.shift();
    if (answer instanceof Promise) return answer;
    if (answer !== undefined) throw answer;
    return { message: { seq: 9 } };
  }

  write(body, { thread = "t1", kind = "reply" } = {}) {
    const now = Date.parse("2026-11-22T12:00:00Z") + this.storage.length;
    const entry = newEntry({ thread, kind, body, seen_seq: 3, author: BO, now });
    this.kept = this.post.put(entry);
    return entry;
  }
}

test("two in one thread go one after the other, in another thread beside them", async () => {
  const page = new Page();
  let first;
  page.answers.push(new Promise((answer) => (first = answer)));
  page.write("one");
  page.write("two");
  page.write("elsewhere", { thread: "t2" });
  await page.clock.settle();
  assert.deepEqual(page.asked.map(({ body }) => body), ["one", "elsewhere"]);
  first({ message: { seq: 4 } });
  await page.clock.settle();
  assert.deepEqual(page.sent, ["elsewhere", "one", "two"]);
  assert.equal(page.storage.length, 0);
  assert.deepEqual(page.entries, []);
});

test("without a network it is tried again as the same, until it is there", async () => {
  const page = new Page();
  page.answers.push(unreachable(""), unreachable(""), new PinboxError("overloaded"));
  page.write("one");
  for (let n = 0; n < 4; n += 1) await page.clock.step();
  assert.equal(page.asked.length, 4);
  assert.equal(new Set(page.asked.map(({ client_id }) => client_id)).size, 1);
  assert.deepEqual(page.sent, ["one"]);
});

test("a network that is back ends the wait", async () => {
  const page = new Page();
  page.answers.push(unreachable(""));
  page.write("one");
  await page.clock.settle();
  page.post.nudge();
  await page.clock.settle();
  assert.deepEqual(page.sent, ["one"]);
});

test("a page that goes leaves it to the next, of the same agent alone", async () => {
  const page = new Page();
  page.answers.push(new Promise(() => {}));
  const entry = page.write("one");
  await page.clock.settle();

  const others = new Page(page.storage, "kim");
  await others.clock.settle();
  assert.deepEqual(others.asked, []);
  const next = new Page(page.storage);
  await next.clock.settle();
  assert.deepEqual(next.asked.map(({ client_id }) => client_id), [entry.client_id]);
  assert.equal(page.storage.length, 0);
});

test("what is refused holds up nothing, is told, and can be sent all the same", async () => {
  const page = new Page();
  const unseen = [{ id: "m1", body: "Wait!", seq: 5 }];
  page.answers.push(new PinboxError("stale_view", "", { problem: { unseen, head: 6 } }));
  page.write("one");
  page.write("two");
  await page.clock.settle();
  assert.deepEqual(page.sent, ["two"]);
  assert.deepEqual(page.refused[0].refusal.unseen, unseen);
  assert.equal(page.storage.length, 1, "it outlives the page");

  page.post.put(forced(page.refused[0]));
  await page.clock.settle();
  const again = page.asked.at(-1);
  assert.deepEqual([again.force, again.seen_seq, again.client_id], [true, 6, page.refused[0].client_id]);
  assert.deepEqual(page.sent, ["two", "one"]);
});

test("what is refused is not tried again by the next page", async () => {
  const page = new Page();
  page.answers.push(new PinboxError("conflict", "Kim has it", { problem: { holder: { id: "kim", name: "Kim" } } }));
  page.write("one");
  await page.clock.settle();
  const next = new Page(page.storage);
  await next.clock.settle();
  assert.deepEqual(next.asked, []);
  assert.equal(next.entries[0].refusal.holder.name, "Kim");
  next.post.drop(next.entries[0].client_id);
  assert.equal(page.storage.length, 0);
});

test("a session that has ended keeps it for the next sign-in", async () => {
  const page = new Page();
  page.answers.push(new PinboxError("unauthorized"));
  page.write("one");
  await page.clock.settle();
  page.post.close();
  assert.equal(page.storage.length, 1);
});

test("a browser that keeps nothing says so, and sends all the same", async () => {
  const page = new Page();
  page.storage.full = true;
  page.write("one");
  assert.equal(page.kept, false);
  await page.clock.settle();
  assert.deepEqual(page.sent, ["one"]);
});

/** Two tabs of one agent: what one keeps or drops, the other hears. */
function tabs() {
  const storage = new Storage();
  const pages = [new Page(storage), new Page(storage)];
  const hear = (from, name, value) => pages.filter((one) => one !== from).forEach((one) => one.post.hear(name, value));
  const acting = (from, act) => {
    storage.setItem = (name, value) => {
      storage.items.set(name, value);
      hear(from, name, value);
    };
    storage.removeItem = (name) => {
      storage.items.delete(name);
      hear(from, name, null);
    };
    return act();
  };
  return { pages, acting };
}

test("what one tab was refused stands in the other, and goes from there when it is dealt with", async () => {
  const { pages: [one, two], acting } = tabs();
  one.answers.push(new PinboxError("stale_view", "", { problem: { unseen: [], head: 6 } }));
  await acting(one, async () => {
    one.write("one");
    await one.clock.settle();
  });
  assert.deepEqual(two.entries.map(({ state }) => state), ["refused"]);
  assert.deepEqual([two.asked.length, two.refused.length], [0, 0], "it is neither sent nor said twice");

  acting(two, () => two.post.drop(two.entries[0].client_id));
  assert.deepEqual([one.entries, two.entries, one.storage.length], [[], [], 0]);
});

test("what another tab has sent holds up nothing here", async () => {
  const { pages: [one, two], acting } = tabs();
  let answer;
  one.answers.push(new Promise((answered) => (answer = answered)));
  const entry = one.write("one");
  one.write("two");
  await one.clock.settle();
  two.post.hear("pinbox.draft.bo.t1", "{}");
  two.post.hear("pinbox.out.kim.x", null);
  acting(two, () => one.storage.removeItem(`pinbox.out.bo.${entry.client_id}`));
  assert.deepEqual(one.entries.map(({ body }) => body), ["two"]);

  answer({ message: { seq: 4 } });
  await one.clock.settle();
  assert.deepEqual(one.sent, ["two"], "what became of it was said there");
  assert.deepEqual(one.asked.map(({ body }) => body), ["one", "two"]);
  assert.deepEqual(two.asked, []);
});
