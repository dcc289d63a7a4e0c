/** Every call over HTTP: what goes out, and what is made of the answer. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { PinboxClient } from "../src/client.js";

const ID = "a/b";

/** A client, and the requests it made; each gets the same answer. */
function set(answer = {}, status = 200) {
  const asked = [];
  const fetch = async (url, { method, headers, body }) => {
    asked.push({ call: `${method} ${url}`, type: headers["Content-Type"], body });
    const text = status === 204 ? null : JSON.stringify(answer);
    return new Response(text, { status });
  };
  const client = new PinboxClient("http://stage/", "t1", { fetch, WebSocket: undefined });
  return { asked, client };
}

const CALLS = [
  ["GET /v1/thread", (app) => app.thread()],
  ["GET /v1/thread/messages?limit=50", (app) => app.messages()],
  ["GET /v1/thread/messages?before=9&limit=5", (app) => app.messages({ before: 9, limit: 5 })],
  ["GET /v1/team", (app) => app.team()],
  ["POST /v1/thread/read", (app) => app.read(4), { upto: 4 }],
  ["POST /v1/thread/ack", (app) => app.ack(4), { upto: 4 }],
  ["PUT /v1/conversations/2/rating", (app) => app.rate(2, 5), { score: 5 }],
  ["PUT /v1/conversations/2/rating", (app) => app.rate(2, 1, "No"), { score: 1, comment: "No" }],
  ["POST /v1/thread/cover", (app) => app.cover("now"), { choice: "now" }],
  ["PUT /v1/care", (app) => app.care("general"), { preference: "general" }],
  ["GET /v1/uploads/a%2Fb", (app) => app.file(ID)],
  ["PUT /v1/devices/a%2Fb", (app) => app.register(ID, { platform: "fcm" }), { platform: "fcm" }],
  ["DELETE /v1/devices/a%2Fb", (app) => app.unregister(ID)],
  ["GET /v1/push/key", (app) => app.pushKey()],
  ["GET /v1/quiet-hours", ({ quiet }) => quiet.get()],
  ["PUT /v1/quiet-hours", ({ quiet }) => quiet.set(null), { hours: null, mode: "hold" }],
  [
    "PUT /v1/quiet-hours",
    ({ quiet }) => quiet.set("22:00-08:00", "passive"),
    { hours: "22:00-08:00", mode: "passive" },
  ],
  ["DELETE /v1/quiet-hours", ({ quiet }) => quiet.clear()],
  ["GET /v1/callbacks", ({ callbacks }) => callbacks.open()],
  ["GET /v1/callbacks/slots", ({ callbacks }) => callbacks.slots()],
  [
    "GET /v1/callbacks/slots?day=2026-11-24&any_hour=true",
    ({ callbacks }) => callbacks.slots({ day: "2026-11-24", anyHour: true }),
  ],
  [
    "POST /v1/callbacks",
    ({ callbacks }) => callbacks.book("My bill", { clientId: "c1" }),
    { client_id: "c1", when: "now", topic: "My bill" },
  ],
  [
    "POST /v1/callbacks",
    ({ callbacks }) => {
      const when = new Date("2026-11-24T09:00:00-08:00");
      return callbacks.book("Bill", { when, phone: "+15095550100", anyHour: true, clientId: "c2" });
    },
    {
      client_id: "c2",
      when: "2026-11-24T17:00:00.000Z",
      topic: "Bill",
      phone: "+15095550100",
      any_hour: true,
    },
  ],
  ["DELETE /v1/callbacks/a%2Fb", ({ callbacks }) => callbacks.cancel(ID)],
];

for (const [call, act, body] of CALLS) {
  test(`${call} ${JSON.stringify(body ?? null)}`, async () => {
    const { asked, client } = set();
    await act(client);
    const [method, path] = call.split(" ");
    assert.equal(asked.length, 1);
    assert.equal(asked[0].call, `${method} http://stage${path}`);
    assert.deepEqual(asked[0].body && JSON.parse(asked[0].body), body);
    assert.equal(asked[0].type, body && "application/json");
    await client.close();
  });
}

test("a call that is refused rejects with what the server said", async () => {
  const { client } = set({ code: "conflict", detail: "nothing is asked here" }, 409);
  await assert.rejects(client.cover("now"), { code: "conflict", detail: "nothing is asked here" });
  // What cannot even be asked rejects as well, and is not thrown at the caller.
  await assert.rejects(client.callbacks.book("x", { when: new Date("soon") }), RangeError);
  await client.close();
});

test("no answer is needed where nothing is said", async () => {
  const { client } = set({}, 204);
  const quiet = [client.read(1), client.unregister("d"), client.quiet.clear()];
  assert.deepEqual(await Promise.all(quiet), [undefined, undefined, undefined]);
  await client.close();
});

test("a callback without an id of its own gets a new one each time", async () => {
  const { asked, client } = set();
  await client.callbacks.book("one");
  await client.callbacks.book("two");
  const ids = asked.map(({ body }) => JSON.parse(body).client_id);
  assert.match(ids[0], /^[0-9a-f]{32}$/);
  assert.notEqual(ids[0], ids[1]);
  await client.close();
});

test("a file goes up as it is, under its own name or another", async () => {
  const { asked, client } = set({ id: "u1" }, 201);
  const bytes = new Uint8Array([1, 2, 3]);
  const blob = new Blob([bytes]);
  assert.deepEqual(await client.upload(blob), { id: "u1" });
  await client.upload(bytes, { name: "my bill.pdf" });
  await client.upload(Object.assign(new Blob([bytes]), { name: "photo.jpg" }));
  assert.deepEqual(
    asked.map(({ call }) => call.slice("POST http://stage/v1/uploads".length)),
    ["", "?name=my%20bill.pdf", "?name=photo.jpg"],
  );
  assert.deepEqual([asked[0].body, asked[1].body], [blob, bytes]);
  assert.deepEqual(new Set(asked.map(({ type }) => type)), new Set([undefined]));
  await client.close();
});

test("an upload is given up by its controller", async () => {
  const control = new AbortController();
  const fetch = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const client = new PinboxClient("http://stage", "t1", { fetch });
  const given = client.upload(new Blob(["x"]), { control });
  setImmediate(() => control.abort());
  await assert.rejects(given, { code: "unreachable" });
  await client.close();
});

test("links are whole addresses: the server's own, and a bucket's as they came", async () => {
  const own = { id: "u1", url: "/v1/files/u1?a=1", thumbnail_url: "/v1/files/u1?a=2" };
  const whole = await set(own).client.file("u1");
  assert.equal(whole.url, "http://stage/v1/files/u1?a=1");
  assert.equal(whole.thumbnail_url, "http://stage/v1/files/u1?a=2");
  const away = await set({ id: "u1", url: "https://bucket.example.com/u1" }).client.file("u1");
  assert.deepEqual([away.url, away.thumbnail_url], ["https://bucket.example.com/u1", null]);
});
