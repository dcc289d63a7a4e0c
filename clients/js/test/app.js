/**
 * An app around the client, told by lines of JSON what to do, for tests against a real server.
 *
 *     node app.js '{"url": …, "token": …, "store": PATH, "begin"?: …, "pace"?: …}'
 *
 * In: `send` (a body) with `client_id`, `follow`, `flush`, `close`.
 * Out: `sent`, `event`, `connection`, `flushed`, `failed` (a code).
 */

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

client.addEventListener("connection", (connection) => tell({ connection }));

for await (const line of createInterface({ input: process.stdin })) {
  const { send, client_id: clientId, ...act } = JSON.parse(line);
  if (send !== undefined) client.send(send, { clientId }).then((sent) => tell({ sent }), fail);
  else if (act.follow) follow().catch(fail);
  else if (act.flush) client.flush().then(() => tell({ flushed: true }), fail);
  else break;
}
await client.close();
