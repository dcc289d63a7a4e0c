/** What a page knows, the server should: whether it is in front, and that the network is back. */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { PinboxClient } from "../src/client.js";

const WELCOME = { type: "welcome", connection: "c", epoch: "0a0b0c0d", ping_s: 20, pong_s: 10 };

/** A window and its document. */
const world = new EventTarget();
const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
globalThis.document = page;
globalThis.addEventListener = world.addEventListener.bind(world);
globalThis.removeEventListener = world.removeEventListener.bind(world);
after(() => {
  for (const name of ["document", "addEventListener", "removeEventListener"]) {
    delete globalThis[name];
  }
});

/** A server that says welcome to everybody, and what was said to it. */
const said = [];
class Socket {
  readyState = 0;

  constructor() {
    setImmediate(() => {
      this.readyState = 1;
      this.onopen({});
    });
  }

  send(text) {
    const { type, on } = JSON.parse(text);
    said.push(on === undefined ? type : `${type} ${on}`);
    if (type === "hello") this.onmessage({ data: JSON.stringify(WELCOME) });
  }

  close() {
    said.push("left");
  }
}

test("a page says whether it is in front, and tries at once when the network is back", async () => {
  let chance = 0.9;
  const client = new PinboxClient("http://server", "t1", {
    WebSocket: Socket,
    pace: { base_s: 1000, cap_s: 1000 },
    chance: () => chance,
  });
  const live = new Promise((resolve) => client.addEventListener("connection", resolve));
  client.connect();
  await new Promise(setImmediate);
  assert.equal(client.connection, "away");
  chance = 0;
  world.dispatchEvent(new Event("online"));
  assert.equal(await live, "live");
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(said, ["hello", "visible true", "visible false"]);
  await client.close();
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(said.slice(3), ["left"]);
});
