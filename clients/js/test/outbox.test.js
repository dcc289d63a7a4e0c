/** The outbox's rules: one at a time, in order, patient. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../src/outbox.js";
import { PACE } from "../src/pace.js";
import { PinboxError } from "../src/problems.js";

const ONE = { client_id: "c1", body: "one" };
const TWO = { client_id: "c2", body: "two" };
const ANSWER = { message: {}, duplicate: false };

class Stand {
  now = 0;
  outbox = new Outbox(PACE, () => 0.5);

  tell(happened) {
    return this.outbox
      .handle(happened, this.now)
      .map(({ do: act, draft, client_id }) => `${act} ${draft?.client_id ?? client_id}`);
  }

  wake() {
    const waited = (this.outbox.wakeAt - this.now) / 1000;
    this.now = this.outbox.wakeAt;
    return [waited, ...this.tell({ is: "tick" })];
  }

  fail(code, more) {
    return this.tell({ is: "unsent", client_id: "c1", error: new PinboxError(code, "", more) });
  }
}

function ready(...drafts) {
  const stand = new Stand();
  stand.tell({ is: "hold" });
  stand.tell({ is: "way", open: true });
  return { stand, said: stand.tell({ is: "drafts", drafts }) };
}

test("nothing leaves before the way is open, the store is read and the turn is ours", () => {
  const told = [{ is: "drafts", drafts: [ONE] }, { is: "way", open: true }, { is: "hold" }];
  for (const last of told) {
    const stand = new Stand();
    for (const one of told) if (one !== last) assert.deepEqual(stand.tell(one), []);
    assert.deepEqual(stand.tell(last), ["post c1"]);
  }
});

test("the next leaves when the one before is answered and the store knows it", () => {
  const { stand, said } = ready(ONE, TWO);
  assert.deepEqual(said, ["post c1"]);
  assert.deepEqual(stand.tell({ is: "tick" }), []);
  assert.deepEqual(stand.tell({ is: "sent", client_id: "c2", answer: ANSWER }), []);
  assert.deepEqual(stand.tell({ is: "sent", client_id: "c1", answer: ANSWER }), ["drop c1"]);
  assert.deepEqual(stand.tell({ is: "settled", client_id: "c1" }), ["post c2"]);
});

test("waits grow, and begin anew with the next draft", () => {
  const { stand } = ready(ONE, TWO);
  const waits = [];
  for (let n = 0; n < 8; n += 1) {
    stand.fail("unreachable");
    waits.push(stand.wake()[0]);
  }
  assert.deepEqual(waits, [0.25, 0.5, 1, 2, 4, 8, 15, 15]);
  stand.tell({ is: "sent", client_id: "c1", answer: ANSWER });
  stand.tell({ is: "settled", client_id: "c1" });
  stand.tell({ is: "unsent", client_id: "c2", error: new PinboxError("unreachable") });
  assert.deepEqual(stand.wake(), [0.25, "post c2"]);
});

test("a network that is back ends the jitter, never a Retry-After", () => {
  const { stand } = ready(ONE);
  stand.fail("unreachable");
  assert.deepEqual(stand.tell({ is: "nudge" }), ["post c1"]);
  stand.fail("overloaded", { retryAfter: 5 });
  assert.deepEqual(stand.tell({ is: "nudge" }), []);
  assert.deepEqual(stand.wake(), [5, "post c1"]);
});

test("what the server will never take is set aside, five faults of its own too", () => {
  for (const code of ["bad_request", "conflict", "too_large", "forbidden", "not_found"]) {
    assert.deepEqual(ready(ONE).stand.fail(code), ["refuse c1"]);
  }
  const { stand } = ready(ONE);
  for (let n = 0; n < 4; n += 1) {
    assert.deepEqual(stand.fail("internal"), []);
    stand.wake();
  }
  assert.deepEqual(stand.fail("internal"), ["refuse c1"]);
});

test("faults of one draft are not counted against the next", () => {
  const { stand } = ready(ONE, TWO);
  for (let n = 0; n < 4; n += 1) {
    stand.fail("internal");
    stand.wake();
  }
  stand.tell({ is: "sent", client_id: "c1", answer: ANSWER });
  stand.tell({ is: "settled", client_id: "c1" });
  const error = new PinboxError("internal");
  assert.deepEqual(stand.tell({ is: "unsent", client_id: "c2", error }), []);
});

test("a sign-in that failed is told, and the draft stays", () => {
  const { stand } = ready(ONE);
  assert.deepEqual(stand.fail("unauthorized"), ["tell c1"]);
  assert.deepEqual(stand.wake(), [0.25, "post c1"]);
});

test("while the way is closed no timer runs", () => {
  const { stand } = ready(ONE);
  stand.fail("unreachable");
  stand.tell({ is: "way", open: false });
  assert.equal(stand.outbox.wakeAt, Infinity);
  stand.now = 60_000;
  assert.deepEqual(stand.tell({ is: "way", open: true }), ["post c1"]);
});
