/**
 * The service worker: the page's files kept for a start without network, the outbox sent after the
 * page has gone, and pushes shown and followed.
 */

import { PinboxClient } from "../lib/client.js";
import { PinboxError } from "../lib/problems.js";
import { fetchToken, isGood, personOf } from "../state/tokens.js";
import { forgetSession, outboxOf, readKept, readSession } from "../state/keeping.js";
import { leaveBehind, silence } from "../state/leaving.js";
import { Parcels } from "../state/parcels.js";

const FLUSH_MS = 60_000;
const PATIENCE_MS = 3_000;
const here = /** @type {any} */ (globalThis);

/**
 * @param {object} given
 * @param {string} given.release
 * @param {string[]} given.files everything that the page loads at its start, and the languages
 * @param {string} given.token_url
 */
export function serve({ release, files, token_url }) {
  const name = `pinbox-app-${release}`;
  here.addEventListener("install", (/** @type {any} */ event) => {
    here.skipWaiting();
    event.waitUntil(fill(name, files));
  });
  here.addEventListener("activate", (/** @type {any} */ event) => {
    event.waitUntil(Promise.all([sweep(name), here.clients.claim()]));
  });
  here.addEventListener("fetch", (/** @type {any} */ event) => {
    const { method, url, mode } = event.request;
    const { origin, pathname } = new URL(url);
    if (method !== "GET" || origin !== location.origin) return;
    if (mode === "navigate" && /^\/app\/?$/.test(pathname)) event.respondWith(page(name, event.request));
    else if (pathname.startsWith("/app/")) event.respondWith(file(event.request));
  });
  here.addEventListener("sync", (/** @type {any} */ event) => {
    if (event.tag === "outbox") event.waitUntil(flush(token_url));
  });
  here.addEventListener("push", (/** @type {any} */ event) => {
    event.waitUntil(show(event.data?.json() ?? {}));
  });
  here.addEventListener("notificationclick", (/** @type {any} */ event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.seq));
  });
}

/** @param {string} name @param {string[]} files */
async function fill(name, files) {
  const cache = await caches.open(name);
  await cache.addAll(["/app", ...files].map((url) => new Request(url, { cache: "no-cache" })));
}

/** Older releases' files go; the outbox is in IndexedDB, which nothing here touches. @param {string} name */
async function sweep(name) {
  const names = await caches.keys();
  const old = names.filter((one) => one.startsWith("pinbox-app-") && one !== name);
  await Promise.all(old.map((one) => caches.delete(one)));
}

/** The page: the server's, or after three seconds the one that is kept. @param {string} name @param {Request} request */
async function page(name, request) {
  const kept = await (await caches.open(name)).match("/app");
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const fresh = fetch(request).catch(() => undefined);
  const found = await (kept === undefined ? fresh : Promise.race([fresh, late]));
  return found?.ok ? found : (kept ?? found ?? Response.error());
}

/** Files have their release in their address, so what is kept is right. @param {Request} request */
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/**
 * Send what is in the outbox, as the page would, with the same `client_id`s. While a page is open it
 * sends, and this one waits for it. Rejects where something is left: then the browser asks again.
 * Where its writer is not signed in any more, it waits for the page that finds that one here again.
 *
 * @param {string} tokenUrl
 */
async function flush(tokenUrl) {
  const session = await readSession();
  if (session === undefined) return;
  const source = async () => {
    const token = isGood(session.token) ? session.token : await fetchToken(tokenUrl);
    if (personOf(token) === session.person) return token;
    throw new PinboxError("unauthorized", "somebody else is signed in here now");
  };
  if (tokenUrl !== "" && (await isGone(source))) {
    // The page of whoever came next may have signed in while the backend was asked.
    if ((await readSession())?.person !== session.person) return;
    await forgetSession();
    return leaveBehind(session, here.registration);
  }
  const store = await outboxOf(session.person);
  const client = new PinboxClient(location.origin, source, { store, watch: false });
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("not yet")), FLUSH_MS));
    const sent = new Parcels(client, store, session.person).deliver().then(() => client.flush());
    await Promise.race([sent, late]);
  } finally {
    await client.close();
  }
}

/** @param {() => Promise<string>} source */
async function isGone(source) {
  try {
    await source();
    return false;
  } catch (error) {
    return error instanceof PinboxError && error.code === "unauthorized";
  }
}

/** @param {any} push */
async function show(push) {
  const known = await readKept("push");
  // Whose it was is here no more, and it is for nobody else's eyes.
  if (known === undefined) return silence(here.registration);
  const { texts } = known;
  const word = push.kind === "callback" ? "push.call" : "push.one";
  const title = push.title ?? known.name ?? texts["push.title"] ?? "Pinbox";
  const count = push.n > 1 ? ` (${push.n})` : "";
  const body = push.body ?? (texts[word] ?? "") + count;
  here.navigator.setAppBadge?.(push.badge).catch(() => {});
  await here.registration.showNotification(title, {
    body,
    tag: push.tag,
    silent: push.silent === true,
    renotify: push.tag !== undefined && push.silent !== true,
    data: { seq: push.s },
  });
  if (known.fetch_token === undefined || push.s === undefined) return undefined;
  // It is on this device now, which the team sees as delivered; nobody has read it yet.
  await fetch("/v1/thread/ack", {
    method: "POST",
    headers: { Authorization: `Bearer ${known.fetch_token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ upto: push.s, device_id: known.device }),
  }).catch(() => {});
  return undefined;
}

/** The thread, at the message that the push told of. @param {number | undefined} seq */
async function open(seq) {
  const place = seq === undefined ? "/app" : `/app#m=${seq}`;
  const windows = await here.clients.matchAll({ type: "window" });
  const found = windows.find((/** @type {any} */ one) => /^\/app\/?$/.test(new URL(one.url).pathname));
  if (found === undefined) return here.clients.openWindow(place);
  found.postMessage({ pinbox: "open", seq });
  return found.focus();
}
