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

/** @returns {Promise<ServiceWorkerRegistration | null>} whether or not it works yet */
export const registeredHere = async () => registering;

/** @returns {Promise<ServiceWorkerRegistration | null>} once it works; null where it cannot be installed */
export async function workerHere() {
  const registration = await registering;
  const coming = registration?.installing ?? registration?.waiting;
  if (!registration || registration.active || !coming) return registration?.active ? registration : null;
  return new Promise((resolve) => {
    const look = () => {
      if (registration.active) resolve(registration);
      // There was no room for the page's files.
      else if (coming.state === "redundant") resolve(null);
    };
    coming.addEventListener("statechange", look);
    look();
  });
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
