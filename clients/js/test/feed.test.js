/** What is handed out comes once; what dies in between comes again, and nothing else does. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Feed, Places } from "../src/feed.js";

const AT = "2026-11-22T10:00:00.000Z";
const place = (n) => `0a0b0c0d:${n}`;

function item(seq) {
  return { seq, type: "read", at: AT, who: "agent", upto: seq };
}

function range(since, until, items) {
  const seqs = items ?? Array.from({ length: until - since }, (_, n) => since + n + 1);
  return { since: place(since), until: place(until), items: seqs.map(item), more: false };
}

/** A feed on a store that remembers, which may die and begin again. */
class Stand {
  stored;

  constructor() {
    this.begin();
  }

  begin() {
    this.places = new Places(this.stored);
    const store = async (at) => void (this.stored = structuredClone(at));
    const load = async (reset) => ({ ...reset, thread: {}, messages: [] });
    this.feed = new Feed(this.places, { store, load });
  }

  async take(count) {
    const seqs = [];
    for (let n = 0; n < count; n += 1) {
      const { seq, type } = await this.feed.next();
      seqs.push(seq ?? type);
    }
    return seqs;
  }
}

/** A server that tells all up to `head` in stretches of three, from where it is asked. */
function tell(places, head) {
  for (let at = Number((places.cursor ?? place(0)).split(":")[1]); at < head; at += 3) {
    places.apply(range(at, Math.min(head, at + 3)));
  }
}

test("wherever the app dies, exactly the event in its hands comes again", async () => {
  for (let dies = 1; dies <= 7; dies += 1) {
    const stand = new Stand();
    tell(stand.places, 7);
    const before = await stand.take(dies);
    stand.begin();
    tell(stand.places, 7);
    const after = await stand.take(8 - dies);
    assert.deepEqual([...before.slice(0, -1), ...after], [1, 2, 3, 4, 5, 6, 7]);
  }
});

test("what was settled does not come again", async () => {
  const stand = new Stand();
  tell(stand.places, 5);
  await stand.take(2);
  await stand.feed.settle();
  stand.begin();
  tell(stand.places, 5);
  assert.deepEqual(await stand.take(3), [3, 4, 5]);
});

test("a range without anything to see moves the store only after what came before it", async () => {
  const stand = new Stand();
  stand.places.apply(range(0, 1));
  stand.places.apply(range(1, 4, []));
  await stand.take(1);
  assert.equal(stand.stored, undefined);
  await stand.feed.settle();
  assert.deepEqual(stand.stored, { cursor: place(4) });
  stand.places.apply(range(4, 9, []));
  await stand.feed.settle();
  assert.deepEqual(stand.stored, { cursor: place(9) });
});

test("a reset not handled comes again; another epoch's numbers are not done", async () => {
  const stand = new Stand();
  tell(stand.places, 3);
  await stand.take(2);
  stand.places.restart("stale_epoch", "ffffffff:1");
  assert.deepEqual(await stand.take(2), [3, "reset"]);
  assert.deepEqual(stand.stored, { cursor: place(3) });
  await stand.feed.settle();
  assert.deepEqual(stand.stored, { cursor: "ffffffff:1" });
  const reborn = { since: "ffffffff:1", until: "ffffffff:2" };
  stand.places.apply({ ...range(1, 2), ...reborn });
  assert.deepEqual(await stand.take(1), [2]);
});

test("after a reset nothing is taken for done, also in the same epoch", async () => {
  const stand = new Stand();
  tell(stand.places, 3);
  await stand.take(3);
  stand.begin();
  stand.places.restart("cursor_ahead", place(1));
  stand.places.apply(range(1, 3));
  assert.deepEqual(await stand.take(3), ["reset", 2, 3]);
});

test("at most 64 passing events wait, the oldest go first, and they move no place", async () => {
  const stand = new Stand();
  for (let n = 0; n < 70; n += 1) stand.places.pass({ type: "typing", seq: n, on: true });
  const seqs = await stand.take(64);
  assert.deepEqual([seqs[0], seqs.at(-1)], [6, 69]);
  await stand.feed.settle();
  assert.equal(stand.stored, undefined);
});

test("one reader at a time; a failure comes after all that came", async () => {
  const stand = new Stand();
  const waiting = stand.feed.next();
  await assert.rejects(stand.feed.next(), /already/);
  tell(stand.places, 2);
  stand.feed.fail(new Error("revoked"));
  assert.equal((await waiting).seq, 1);
  assert.deepEqual(await stand.take(1), [2]);
  await assert.rejects(stand.feed.next(), /revoked/);
  stand.feed.close();
  assert.equal(await stand.feed.next(), undefined);
});
