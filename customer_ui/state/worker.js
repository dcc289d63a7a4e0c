/** The service worker beside the page: the shell without network, sends after the end, pushes. */

/** @type {Promise<ServiceWorkerRegistration | null>} */
let registering = Promise.resolve(null);

/** Install it, or its newer version. A browser that has none does without. */
export function beginWorker() {
  const workers = navigator.serviceWorker;
  if (workers === undefined) return;
  registering = workers
    .register("/app/worker.js", { scope: "/app", type: "module", updateViaCache: "none" })
    .catch(() => null);
}

/** @returns {Promise<ServiceWorkerRegistration | null>} once it works */
export async function workerHere() {
  return (await registering) === null ? null : navigator.serviceWorker.ready;
}

/** There is something to send: do it when the network is there, whether or not the page is. */
export async function stirWorker() {
  const worker = /** @type {any} */ (await workerHere());
  try {
    await worker?.sync?.register("outbox");
  } catch {
    // Without Background Sync, or where it is not allowed, it goes out at the next start.
  }
}
