/**
 * An app around the client, told by lines of JSON what to do, for tests against a real server.
 *
 *     node app.js '{"url": …, "token": …, "store": PATH, "begin"?: …, "pace"?: …}'
 *
 * In: `send` (a body) with `client_id` and `attachments`, `call` (say `callbacks.book`) with
 * `given`, `upload` (a path) with `name`, `follow`, `flush`, `close`.
 * Out: `sent`, `answer` (with `to`), `event`, `connection`, `flushed`, `failed` (a code).
 */

import { openAsBlob } from "node:fs";
import { createInterface } from "node:readline";

import { PinboxClient } from "../src/index.js";
import { FileStore } from "../src/stores/file.js";

const { url, token, store, ...options } = JSON.parse(process.argv[2]);
const client = new PinboxClient(url, token, { ...options, store: new FileStore(store) });

// Written before the next event is asked for: what was told was handled.
const tell = (what) =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify(what)}\n`, resolve));
const fail = (error) => tell({ failed: error.code ?? String(error) });

async function follow() {
  for await (const event of client.events()) await tell({ event });
}

const answer = (to) => (value) => tell({ to, answer: value ?? null });

/** `callbacks.book` is a call of `client.callbacks`. */
async function call(name, given = []) {
  const steps = name.split(".");
  const act = steps.pop();
  const noun = steps.reduce((found, step) => found[step], client);
  return noun[act](...given);
}

async function upload(path, name) {
  return client.upload(await openAsBlob(path), { name });
}

client.addEventListener("connection", (connection) => tell({ connection }));

for await (const line of createInterface({ input: process.stdin })) {
  const { send, client_id: clientId, attachments, ...act } = JSON.parse(line);
  if (send !== undefined) {
    client.send(send, { clientId, attachments }).then((sent) => tell({ sent }), fail);
  } else if (act.call) call(act.call, act.given).then(answer(act.call), fail);
  else if (act.upload) upload(act.upload, act.name).then(answer("upload"), fail);
  else if (act.follow) follow().catch(fail);
  else if (act.flush) client.flush().then(() => tell({ flushed: true }), fail);
  else break;
}
await client.close();
